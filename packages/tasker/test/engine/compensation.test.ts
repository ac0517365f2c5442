import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { runTask } from "../../src/testing/run/run-task.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeGate, readState, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** What the row of the task's failure says. */
const readFailure = async (database: Database, taskId: number) =>
  (await database.query("select metadata from tasker_task_transitions where task_id = $1 and most_recent", [taskId]))[0]
    ?.metadata;

/** Reserves, charges and ships, the last of which fails; each can be undone. Tells what was undone. */
const order = (undone: unknown[], undo: (name: string) => void = () => {}) => {
  const compensation = {
    process: (
      _task: unknown,
      _sequence: unknown,
      step: { readonly name: string; readonly inputs: unknown; readonly compensates: string | null },
    ) => {
      undo(step.name);
      undone.push([step.compensates, step.inputs]);
    },
  };
  return defineTask({ name: "order", onFailure: "compensate" })
    .step("reserve", { process: () => ({ seat: 7 }), compensation })
    .step("charge", { dependsOn: ["reserve"], process: () => ({ payment: 8 }), compensation })
    .step("notify", { dependsOn: ["charge"], process: () => "sent" })
    .step("ship", {
      dependsOn: ["notify"],
      process: () => {
        throw new PermanentError("no parcels today");
      },
      compensation,
    })
    .build();
};

describeEachDatabase("a task that fails for good and is to be compensated", (open) => {
  test("undoes what it has done in reverse order, then fails and says so", async () => {
    const database = await useDatabase(open);
    const undone: unknown[] = [];
    const report = await runTask(order(undone), {}, { database });
    expect(report.state).toBe("error");
    expect(undone).toEqual([
      ["charge", { payment: 8 }],
      ["reserve", { seat: 7 }],
    ]);
    expect(report.history.slice(-7)).toEqual([
      "ship pending > in_progress",
      "ship in_progress > error",
      "undo(charge) pending > in_progress",
      "undo(charge) in_progress > complete",
      "undo(reserve) pending > in_progress",
      "undo(reserve) in_progress > complete",
      "task in_progress > error",
    ]);
    expect(await readFailure(database, report.taskId)).toMatchObject({
      failed_steps: ["ship"],
      compensated: true,
      compensated_steps_count: 2,
    });
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a task that fails for good and is to be compensated", () => {
  test("retries what undoes; what cannot be undone blocks what is to be undone after it, and is listed", async () => {
    const database = await useDatabase(openTestDatabase);
    const undone: unknown[] = [];
    let failures = 0;
    const flaky = await runTask(
      order(undone, (name) => {
        if (name === "undo(charge)" && failures++ < 2) throw new RetryableError("later");
      }),
      {},
      { database },
    );
    expect(flaky.steps["undo(charge)"]).toMatchObject({ state: "complete", attempts: 3 });
    expect(await readFailure(database, flaky.taskId)).toMatchObject({ compensated: true });

    const report = await runTask(
      order(undone, (name) => {
        if (name === "undo(charge)") throw new PermanentError("the bank is closed");
      }),
      {},
      { database },
    );
    expect(report.state).toBe("error");
    expect(report.steps["undo(reserve)"]).toMatchObject({ state: "pending", attempts: 0 });
    expect(await readFailure(database, report.taskId)).toMatchObject({
      failed_steps: ["ship", "undo(charge)"],
      compensated: false,
      compensated_steps_count: 0,
      not_compensated: ["reserve", "charge"],
      not_compensated_count: 2,
    });
    await expectCleanAuditTrail(database);
  });

  test("undoes nothing if the step that failed does not ask for it, or if nothing was done", async () => {
    const database = await useDatabase(openTestDatabase);
    const make = (onFailure: "fail" | "compensate") =>
      defineTask({ name: "one" })
        .step("a", { process: () => 1, compensation: { process: () => expect.unreachable() } })
        .step("left_out", { skippable: true, process: () => 1, compensation: { process: () => expect.unreachable() } })
        .step("b", {
          dependsOn: onFailure === "fail" ? ["a"] : ["left_out"],
          onFailure,
          process: () => {
            throw new PermanentError("no");
          },
        })
        .build();
    const plain = await runTask(make("fail"), {}, { database });
    expect(plain.state).toBe("error");
    expect(Object.keys(plain.steps)).toEqual(["a", "left_out", "b"]);
    expect(await readFailure(database, plain.taskId)).not.toHaveProperty("compensated");

    const nothing = defineTask({ name: "nothing" })
      .step("left_out", { skippable: true, process: () => 1, compensation: { process: () => expect.unreachable() } })
      .step("b", {
        dependsOn: ["left_out"],
        onFailure: "compensate",
        process: () => {
          throw new PermanentError("no");
        },
      })
      .build();
    const skipped = await runTask(nothing, {}, { database, request: { bypassSteps: ["left_out"] } });
    expect(Object.keys(skipped.steps)).toEqual(["left_out", "b"]);
    expect(await readFailure(database, skipped.taskId)).toMatchObject({
      compensated: true,
      compensated_steps_count: 0,
    });
    await expectCleanAuditTrail(database);
  });

  test("undoes the items of a fan-out, each by its own result, after what came after them", async () => {
    const database = await useDatabase(openTestDatabase);
    const undone: unknown[] = [];
    const compensation = {
      process: (
        _task: unknown,
        _sequence: unknown,
        step: { readonly compensates: string | null; readonly inputs: unknown },
      ) => void undone.push([step.compensates, step.inputs]),
    };
    const template = defineTask({ name: "seats", onFailure: "compensate" })
      .step("load", { process: () => [1, 2, 3], compensation })
      .step("reserve", {
        forEach: { step: "load", maxParallel: 2 },
        process: (_task, _sequence, step) => `seat ${step.inputs}`,
        compensation,
      })
      .step("charge", { dependsOn: ["reserve"], process: () => "paid", compensation })
      .step("ship", {
        dependsOn: ["charge"],
        process: () => {
          throw new PermanentError("no");
        },
      })
      .build();
    const report = await runTask(template, {}, { database });
    expect(undone).toEqual([
      ["charge", "paid"],
      ["reserve[0]", "seat 1"],
      ["reserve[1]", "seat 2"],
      ["reserve[2]", "seat 3"],
      ["load", [1, 2, 3]],
    ]);
    expect(report.steps["undo(reserve)"]).toMatchObject({ state: "complete" });
    expect(await readFailure(database, report.taskId)).toMatchObject({ compensated: true, compensated_steps_count: 6 });
    await expectCleanAuditTrail(database);
  });

  test("can be written in YAML, with classes", async () => {
    const database = await useDatabase(openTestDatabase);
    const seen: unknown[] = [];
    class Reserve extends StepHandler {
      override process() {
        return { seat: 7 };
      }
    }
    class Release extends StepHandler<{ fast: boolean }> {
      override process(...[, , step]: Parameters<StepHandler["process"]>) {
        seen.push([this.config, step.inputs]);
      }
    }
    class Fail extends StepHandler {
      override process() {
        throw new PermanentError("no");
      }
    }
    const definition = parseTemplate(`
      name: yaml_order
      on_failure: compensate
      step_templates:
        - name: reserve
          handler_class: Reserve
          compensation: { handler_class: Shop::Release, handler_config: { fast: true }, default_retry_limit: 5 }
        - { name: pay, handler_class: Fail, depends_on_step: reserve }
    `);
    const report = await runTask(bindTemplate(definition, { Reserve, Release, Fail }), {}, { database });
    expect(seen).toEqual([[{ fast: true }, { seat: 7 }]]);
    expect(report.steps["undo(reserve)"]).toMatchObject({ state: "complete" });
    expect(() => bindTemplate(definition, { Reserve, Fail })).toThrow(/step "undo\(reserve\)": found no handler/);
  });

  test("goes on undoing under another process, and undoes nothing twice", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const held = makeGate();
    const first: unknown[] = [];
    const second: unknown[] = [];
    const template = (undone: unknown[], hold: boolean) =>
      graphTemplate("", {
        name: "held",
        steps: Object.fromEntries(
          ["a", "b", "c", "d"].map((name, place, names) => [
            name,
            {
              dependsOn: names.slice(Math.max(place - 1, 0), place),
              retryLimit: 1,
              onFailure: "compensate" as const,
              compensation: {
                handlerClass: "Run",
                handlerConfig: null,
                retryable: true,
                retryLimit: 3,
                timeoutSeconds: null,
              },
            },
          ]),
        ),
        run: async (_task, _sequence, step) => {
          if (step.name === "d") throw new PermanentError("no");
          if (step.compensates === null) return step.name;
          if (hold && step.compensates === "b") await held.promise;
          undone.push(step.compensates);
          return null;
        },
      });
    const dead = await startEngine(database, [template(first, true)], { clock });
    const { taskId } = await dead.engine.submit({ name: "held", context: {} });
    await until(() => first.length === 1, "the first step to be undone");
    await database.execute(`update tasker_processes set stopped_at = now() at time zone 'UTC'`);
    const heir = await startEngine(database, [template(second, false)], { clock });
    expect(await heir.engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect([first, second]).toEqual([["c"], ["b", "a"]]);
    expect(await readFailure(database, taskId)).toMatchObject({ compensated: true, compensated_steps_count: 3 });
    held.open();
    await expectCleanAuditTrail(database);

    // Somebody mends the step that had failed: the task does not go on from where it was undone.
    const runs = second.length;
    await database.execute(`
      update tasker_workflow_steps set retryable = true, attempts = 0 where task_id = ${taskId};
      update tasker_task_transitions set most_recent = false where task_id = ${taskId};
      insert into tasker_task_transitions (task_id, to_state, sort_key, metadata, most_recent, created_at, updated_at)
      values (${taskId}, 'pending', 100, '{}', true, now(), now());
      update tasker_task_runs set wake_at = '2000-01-01' where task_id = ${taskId}`);
    await until(async () => {
      clock.advance(500);
      return (await readState(database, taskId)) === "error";
    }, "the task to fail again");
    expect(second).toHaveLength(runs);
  });

  test("undoes in an order in which nothing is undone before what depends on it, whatever the graph", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const plan = fc.array(
      fc.record({
        picks: fc.array(fc.nat(), { maxLength: 3 }),
        undoable: fc.boolean(),
        fails: fc.integer({ min: 0, max: 5 }),
      }),
      { minLength: 1, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const parents = steps.map(({ picks }, place) =>
          place === 0 ? [] : [...new Set(picks.map((pick) => pick % place))],
        );
        const undone: number[] = [];
        const compensation = {
          handlerClass: "Run",
          handlerConfig: null,
          retryable: true,
          retryLimit: 3,
          timeoutSeconds: null,
        };
        const anyUndoable = steps.some(({ undoable }) => undoable);
        const template = graphTemplate("", {
          name: "random",
          steps: Object.fromEntries(
            steps.map(({ undoable }, place) => [
              `s${place}`,
              {
                dependsOn: (parents[place] ?? []).map((parent) => `s${parent}`),
                retryLimit: 1,
                onFailure: "compensate" as const,
                compensation: undoable ? compensation : null,
              },
            ]),
          ),
          run: (_task, _sequence, step) => {
            if (step.compensates !== null) return void undone.push(Number(step.compensates.slice(1)));
            if (steps[Number(step.name.slice(1))]?.fails === 5) throw new PermanentError("no");
            return step.name;
          },
        });
        if (!anyUndoable) return;
        const report = await runTask(template, {}, { database, clock });
        const works: boolean[] = [];
        for (const [place, { fails }] of steps.entries()) {
          works.push(fails !== 5 && (parents[place] ?? []).every((parent) => works[parent]));
        }
        const failed = works.includes(false);
        expect(report.state).toBe(failed ? "error" : "complete");
        const expected = failed
          ? steps.flatMap(({ undoable }, place) => (undoable && works[place] ? [place] : []))
          : [];
        expect([...undone].sort((a, b) => a - b)).toEqual(expected);
        const above = (place: number): number[] =>
          (parents[place] ?? []).flatMap((parent) => [parent, ...above(parent)]);
        for (const place of expected) {
          for (const ancestor of above(place)) {
            if (undone.includes(ancestor)) expect(undone.indexOf(place)).toBeLessThan(undone.indexOf(ancestor));
          }
        }
      }),
      { numRuns: 25 },
    );
    await expectCleanAuditTrail(database);
  });
});
