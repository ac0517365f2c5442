import { expect, test } from "vitest";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const BEFORE = `
name: order
version: 1.0.0
step_templates:
  - {name: check, handler_class: Check}
  - {name: charge, handler_class: Charge, depends_on_step: check, handler_config: {currency: EUR}, default_retry_limit: 2}
  - {name: print, handler_class: Print, depends_on_step: charge}
`;
const AFTER = `
name: order
version: 1.0.0
step_templates:
  - {name: check, handler_class: Check}
  - {name: audit, handler_class: Check, depends_on_step: check}
  - {name: charge, handler_class: ChargeTwice, depends_on_step: audit, handler_config: {currency: USD}, default_retry_limit: 9}
`;

const did: string[] = [];
class Charge extends StepHandler<{ readonly currency: string }> {
  override process() {
    did.push(`charge in ${this.config.currency}`);
  }
}
class ChargeTwice extends StepHandler<{ readonly currency: string }> {
  override process() {
    did.push(`charge twice in ${this.config.currency}`);
  }
}

describeOnPostgres("a task whose template changes", () => {
  test("goes on with the definition it started with, in the process and after a restart; a new task has the new one", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let open = false;
    const handlers = {
      Check: (_task: unknown, _sequence: unknown, step: { readonly name: string }) => {
        if (!open) throw new Error("not yet");
        did.push(step.name);
      },
      Charge,
      ChargeTwice,
      Print: () => void did.push("print"),
    };
    const before = await startEngine(database, [bindTemplate(parseTemplate(BEFORE), handlers)], { clock });
    const { taskId } = await before.engine.submit({ name: "order", context: {} });
    await before.seen(({ name }) => name === "step.failed");
    // Registered anew while the task waits for its retry, and then the process is another one.
    before.registry.register(bindTemplate(parseTemplate(AFTER), handlers), { replace: true });
    await before.engine.stop();
    open = true;
    const after = await startEngine(database, [bindTemplate(parseTemplate(AFTER), handlers)], { clock });
    const fresh = await after.engine.submit({ name: "order", context: {} });
    await after.engine.settled(fresh.taskId);
    expect(did.splice(0)).toEqual(["check", "audit", "charge twice in USD"]);
    let isOver = false;
    void after.engine.settled(taskId).then(() => {
      isOver = true;
    });
    await until(() => {
      clock.advance(500);
      return isOver;
    }, "the end of the older task");
    expect(did).toEqual(["check", "charge in EUR", "print"]);
    const steps = await database.query(
      `select n.name, w.retry_limit from tasker_workflow_steps w join tasker_named_steps n using (named_step_id)
       where w.task_id = $1 order by w.workflow_step_id`,
      [taskId],
    );
    expect(steps).toEqual([
      { name: "check", retry_limit: 3 },
      { name: "charge", retry_limit: 2 },
      { name: "print", retry_limit: 3 },
    ]);
    expect(await database.query("select definition_hash from tasker_definitions")).toHaveLength(2);
    await expectCleanAuditTrail(database);
  });
});
