import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "../../src/auth/audit/list-audit.ts";
import type { Database } from "../../src/database/database.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { MUTATION_FIELDS } from "../../src/graphql/mutations/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { type ApiUnderTest, startApi } from "./support/graphql-harness.ts";

describeEachDatabase("mutations", (open) => {
  let database: Database;
  let api: ApiUnderTest;
  let isBroken = true;
  beforeAll(async () => {
    database = await open();
    api = await startApi(database, [
      graphTemplate("a -> b", {
        steps: { b: { skippable: true } },
        run: (_task, sequence, step) => {
          if (step.name === "b") return { saw: sequence.resultsOf("a") };
          if (isBroken) throw new PermanentError("no");
          return "fine";
        },
      }),
      graphTemplate("go", {
        name: "checked",
        namespace: "payments",
        version: "2.1.0",
        contextSchema: { type: "object", properties: { amount: { type: "integer" } }, required: ["amount"] },
      }),
      graphTemplate("w", {
        name: "waits",
        steps: { w: { wait: { kind: "signal", name: "approved", timeoutSeconds: null, onTimeout: "fail" } } },
      }),
    ]);
  });
  afterAll(async () => {
    await api.engine.stop({ graceMs: 0 });
    await database.close();
  });

  /** Asks for a mutation whose payload has the named fields. */
  async function mutate(name: string, input: Readonly<Record<string, unknown>>, fields: string) {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${name}(input: $input) { outcome message errors { code message field expected reason } ${fields} } }`;
    const { data, errors } = await api.ask(query, { input });
    expect(errors).toBeUndefined();
    return Object(data?.[name]);
  }

  /** A task of which the first step has failed for good. */
  async function failed() {
    isBroken = true;
    const { taskId } = await api.engine.submit({ name: "graph", context: {} });
    await api.engine.settled(taskId);
    const query = "query ($id: ID!) { task(taskId: $id) { workflowSteps { workflowStepId } } }";
    const { data } = await api.ask(query, { id: taskId });
    const [a, b] = Object(data?.task).workflowSteps;
    return { taskId, a: a.workflowStepId, b: b.workflowStepId };
  }

  test("createTask takes namespace, version and a context as JSON", async () => {
    const created = await mutate(
      "createTask",
      {
        name: "checked",
        namespace: "payments",
        version: "2.1.0",
        context: { amount: 3 },
        initiator: "ada",
        sourceSystem: "shop",
        reason: "a test",
        tags: ["x"],
        bypassSteps: [],
        clientMutationId: "m-1",
      },
      "created clientMutationId task { taskId namespace version context initiator sourceSystem reason tags createdAt updatedAt identityHash namedTaskId }",
    );
    expect(created).toMatchObject({
      outcome: "done",
      created: true,
      errors: [],
      clientMutationId: "m-1",
      task: { namespace: "payments", version: "2.1.0", context: { amount: 3 }, sourceSystem: "shop", tags: ["x"] },
    });
  });

  test("createTask takes a context as a JSON text, too, and a key by which a request is made once", async () => {
    const input = { name: "checked", namespace: "payments", context: `{"amount": 1}`, idempotencyKey: "k" };
    const first = await mutate("createTask", input, "taskId created");
    expect(first).toMatchObject({ outcome: "done", created: true });
    expect(await mutate("createTask", input, "taskId created")).toMatchObject({
      outcome: "already",
      created: false,
      taskId: first.taskId,
      errors: [],
    });
  });

  test.each([
    ["an unknown template", { name: "nothing", context: {} }, { code: "TASKER_HANDLER_NOT_FOUND" }],
    [
      "a context that its schema refuses",
      { name: "checked", namespace: "payments", context: { amount: "much" } },
      { code: "TASKER_INVALID_CONTEXT" },
    ],
    [
      "a context that is no object",
      { name: "checked", namespace: "payments", context: "[1" },
      { code: "TASKER_INVALID_REQUEST", field: "context" },
    ],
    ["a name that cannot be", { name: "", context: {} }, { code: "TASKER_INVALID_REQUEST", field: "name" }],
  ])("createTask tells of %s as an error of its payload", async (_what, input, error) => {
    expect(await mutate("createTask", input, "task { taskId }")).toMatchObject({
      outcome: "refused",
      task: null,
      errors: [error],
    });
  });

  test("updateTask changes reason and tags, and is audited", async () => {
    const { taskId } = await failed();
    const updated = await mutate("updateTask", { taskId, reason: "another", tags: ["y"] }, "task { reason tags }");
    expect(updated).toMatchObject({ outcome: "done", task: { reason: "another", tags: ["y"] } });
    expect(await mutate("updateTask", { taskId }, "task { reason }")).toMatchObject({
      outcome: "refused",
      errors: [{ code: "TASKER_INVALID_REQUEST", expected: "a reason, tags, or both" }],
    });
    const [entry] = await listAudit(database, { limit: 1 });
    expect(entry).toMatchObject({
      actor: "root",
      source: "graphql",
      action: "task.update",
      resourceId: String(taskId),
      requestId: "request-1",
    });
  });

  test("cancelTask cancels; what the state does not allow is refused with a reason", async () => {
    const { taskId } = await failed();
    expect(await mutate("cancelTask", { taskId }, "task { status workflowSteps { status } }")).toMatchObject({
      outcome: "done",
      task: { status: "cancelled", workflowSteps: [{ status: "cancelled" }, { status: "cancelled" }] },
    });
    expect(await mutate("cancelTask", { taskId }, "taskId")).toMatchObject({ outcome: "already", errors: [] });
    expect(await mutate("retryTask", { taskId, reason: "again" }, "taskId task { taskId }")).toMatchObject({
      outcome: "refused",
      taskId: null,
      task: null,
      errors: [{ code: "TASKER_ACTION_REFUSED", reason: "task_cancelled" }],
    });
    expect(await mutate("cancelTask", { taskId: 999 }, "taskId")).toMatchObject({
      errors: [{ code: "TASKER_TASK_NOT_FOUND", message: "task 999 does not exist" }],
    });
  });

  test("updateStep changes retry limit and inputs; cancelStep ends a step", async () => {
    const { taskId, a, b } = await failed();
    const input = { taskId, stepId: b, retryLimit: 7, inputs: { size: 2 } };
    expect(await mutate("updateStep", input, "step { retryLimit inputs }")).toMatchObject({
      outcome: "done",
      step: { retryLimit: 7, inputs: { size: 2 } },
    });
    expect(await mutate("updateStep", { taskId, stepId: b, retryLimit: 0 }, "step { retryLimit }")).toMatchObject({
      step: null,
      errors: [{ code: "TASKER_INVALID_REQUEST", field: "retryLimit" }],
    });
    expect(await mutate("cancelStep", { taskId, stepId: a }, "stepId step { status }")).toMatchObject({
      outcome: "done",
      stepId: a,
      step: { status: "cancelled" },
    });
    expect(await mutate("cancelStep", { taskId: 1, stepId: a }, "step { status }")).toMatchObject({
      errors: [{ code: "TASKER_STEP_NOT_FOUND" }],
    });
  });

  test("retryStep, resetStepAttempts and retryTask have what failed tried again", async () => {
    const { taskId, a } = await failed();
    expect(await mutate("resetStepAttempts", { taskId, stepId: a, reason: "mended" }, "step { name }")).toMatchObject({
      outcome: "done",
    });
    await api.engine.settled(taskId);
    isBroken = false;
    expect(await mutate("retryStep", { taskId, stepId: a, reason: "mended" }, "step { name }")).toMatchObject({
      outcome: "done",
      step: { name: "a" },
    });
    expect(await api.engine.settled(taskId)).toMatchObject({ state: "complete" });
    const other = await failed();
    isBroken = false;
    expect(await mutate("retryTask", { taskId: other.taskId, reason: "mended" }, "taskId")).toMatchObject({
      outcome: "done",
    });
    expect(await api.engine.settled(other.taskId)).toMatchObject({ state: "complete" });
  });

  test("completeStep, skipStep and resolveStep have steps count as done", async () => {
    const { taskId, a, b } = await failed();
    expect(await mutate("skipStep", { taskId, stepId: a, reason: "no" }, "stepId")).toMatchObject({
      outcome: "refused",
      errors: [{ reason: "not_skippable" }],
    });
    expect(await mutate("skipStep", { taskId, stepId: b, reason: "yes" }, "step { status }")).toMatchObject({
      step: { status: "resolved_manually" },
    });
    const results = { by: "hand" };
    expect(
      await mutate("completeStep", { taskId, stepId: a, results, reason: "yes" }, "step { results }"),
    ).toMatchObject({
      step: { results },
    });
    expect(await api.engine.settled(taskId)).toMatchObject({ state: "complete" });
    const other = await failed();
    expect(
      await mutate("resolveStep", { taskId: other.taskId, stepId: other.a, reason: "yes" }, "step { status }"),
    ).toMatchObject({ step: { status: "resolved_manually" } });
  });

  test("pauseTask, resumeTask and resolveTask", async () => {
    const { taskId } = await failed();
    expect(await mutate("pauseTask", { taskId, reason: "wait" }, "taskId")).toMatchObject({ outcome: "done" });
    expect(await mutate("pauseTask", { taskId, reason: "wait" }, "taskId")).toMatchObject({ outcome: "already" });
    expect(await mutate("resumeTask", { taskId, reason: "go on" }, "taskId")).toMatchObject({ outcome: "done" });
    expect(await mutate("resolveTask", { taskId, reason: "done by hand" }, "task { status }")).toMatchObject({
      task: { status: "resolved_manually" },
    });
  });

  test("rerunTaskFrom goes on with a task; rerunTask does it again as a new one", async () => {
    const { taskId } = await failed();
    isBroken = false;
    expect(await mutate("rerunTaskFrom", { taskId, step: "a", reason: "again" }, "taskId")).toMatchObject({
      outcome: "done",
      taskId: String(taskId),
    });
    await api.engine.settled(taskId);
    const rerun = await mutate("rerunTask", { taskId, step: "b", reason: "again" }, "taskId task { status }");
    expect(rerun.outcome).toBe("done");
    expect(rerun.taskId).not.toBe(String(taskId));
    expect(await api.engine.settled(Number(rerun.taskId))).toMatchObject({ state: "complete" });
  });

  test("signalTask sends a signal once for each key", async () => {
    const { taskId } = await api.engine.submit({ name: "waits", context: {} });
    const input = { taskId, name: "approved", payload: { by: "ada" }, idempotencyKey: "s" };
    const sent = await mutate("signalTask", input, "signalId created");
    expect(sent).toMatchObject({ outcome: "done", created: true });
    expect(await mutate("signalTask", input, "signalId created")).toMatchObject({
      outcome: "already",
      created: false,
      signalId: sent.signalId,
    });
    expect(await api.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await mutate("signalTask", { taskId, name: "approved" }, "signalId")).toMatchObject({
      errors: [{ code: "TASKER_SIGNAL_REFUSED" }],
    });
  });

  /** What each mutation is in the audit log, as its twin below `/v1` or the reference's paths is; null: a task tells itself who made it. */
  const AUDITED: Readonly<Record<string, string | null>> = {
    cancelStep: "step.cancel",
    cancelTask: "task.cancel",
    completeStep: "step.complete",
    createTask: null,
    pauseTask: "task.pause",
    rerunTask: "task.rerun",
    rerunTaskFrom: "task.rerun_from",
    resetStepAttempts: "step.reset",
    resolveStep: "step.resolve",
    resolveTask: "task.resolve",
    resumeTask: "task.resume",
    retryStep: "step.retry",
    retryTask: "task.retry",
    signalTask: "task.signal",
    skipStep: "step.skip",
    updateStep: "step.edit",
    updateTask: "task.update",
  };

  /** What a mutation that does something is given: everything is made ready for it. */
  async function inputOf(name: string): Promise<Readonly<Record<string, unknown>>> {
    if (name === "createTask") return { name: "graph", context: {} };
    if (name === "signalTask") {
      const { taskId } = await api.engine.submit({ name: "waits", context: {} });
      return { taskId, name: "approved" };
    }
    const { taskId, a, b } = await failed();
    const note = { actor: "ada", reason: "a test" };
    if (name === "rerunTask") await api.engine.actions.resolveTask(taskId, note);
    if (name === "resumeTask") await api.engine.actions.pauseTask(taskId, note);
    const { reason } = note;
    if (name.startsWith("rerun")) return { taskId, reason, step: "a" };
    if (name === "updateStep") return { taskId, reason, stepId: b, retryLimit: 7 };
    if (name.includes("Step")) return { taskId, reason, stepId: name === "skipStep" ? b : a };
    return { taskId, reason };
  }

  test("every mutation is in the audit log, once, if it did something", async () => {
    expect(MUTATION_FIELDS.map(({ name }) => name).sort()).toEqual(Object.keys(AUDITED).sort());
    for (const [name, action] of Object.entries(AUDITED)) {
      const input = await inputOf(name);
      const [last] = await listAudit(database, { limit: 1 });
      expect(await mutate(name, input, "clientMutationId"), name).toMatchObject({ outcome: "done" });
      const rows = (await listAudit(database, { limit: 10 })).filter(({ id }) => id > (last?.id ?? 0));
      const who = { actor: "root", source: "graphql", address: "127.0.0.1", requestId: "request-1" };
      const isStep = input.stepId !== undefined;
      const resource = isStep ? "tasker.workflow_step" : "tasker.task";
      const deed = { action, resource, resourceId: String(isStep ? input.stepId : input.taskId), namespace: "default" };
      expect(rows, name).toMatchObject(action === null ? [] : [{ ...who, ...deed }]);
    }
  });

  test("actions are the principal's, by way of GraphQL", async () => {
    const { taskId } = await failed();
    await mutate("resolveTask", { taskId, reason: "by hand" }, "taskId");
    expect(await api.engine.actions.history(taskId)).toMatchObject([{ actor: "root", reason: "by hand" }]);
    const [entry] = await listAudit(database, { limit: 1 });
    expect(entry).toMatchObject({ actor: "root", actorKind: "user", source: "graphql", address: "127.0.0.1" });
  });
});
