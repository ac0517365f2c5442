import type { FormattedExecutionResult } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { AnswerStream } from "../../src/graphql/index.ts";
import { somebody } from "../auth/support/requests.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { type ApiUnderTest, startApi } from "./support/graphql-harness.ts";

describeEachDatabase("subscriptions", (open) => {
  let database: Database;
  let api: ApiUnderTest;
  beforeAll(async () => {
    database = await open();
    api = await startApi(database, [
      graphTemplate("a -> b", { namespace: "payments", name: "pay" }),
      graphTemplate("a", { namespace: "shipping", name: "ship" }),
    ]);
  });
  afterAll(async () => {
    await api.live.stop();
    await api.engine.stop({ graceMs: 0 });
    await database.close();
  });

  /** Opens a subscription; the answer, if it is not opened. */
  async function subscribe(query: string, as = somebody({ roles: ["operator"] }), signal?: AbortSignal) {
    const stream = await api.api.subscribe({ query }, api.callerFor(as, signal));
    if (!("next" in stream)) throw new Error(JSON.stringify(stream));
    return stream;
  }

  /** What a stream tells until an answer fits, as objects without prototype. */
  async function takeUntil(stream: AnswerStream, fits: (answer: FormattedExecutionResult) => boolean) {
    const taken: FormattedExecutionResult[] = [];
    for await (const answer of stream) {
      taken.push(JSON.parse(JSON.stringify(answer)));
      if (fits(answer)) break;
    }
    return taken;
  }

  const dataOf = ({ data }: FormattedExecutionResult, field: string) => Object(data?.[field]);

  test("taskEvents tells what happens to the tasks of a namespace", async () => {
    const stream = await subscribe(
      `subscription { taskEvents(namespace: "payments", names: ["task.completed", "step.*"]) {
        eventId name at taskId namespace taskName version correlationId stepId stepName payload } }`,
    );
    await api.engine.submit({ namespace: "shipping", name: "ship", context: {} });
    const { taskId } = await api.engine.submit({ namespace: "payments", name: "pay", context: {} });
    const taken = await takeUntil(stream, (answer) => dataOf(answer, "taskEvents").name === "task.completed");
    const events = taken.map((answer) => dataOf(answer, "taskEvents"));
    expect(events.every((event) => event.taskId === taskId && event.namespace === "payments")).toBe(true);
    expect(events.map(({ name, stepName }) => [name, stepName])).toEqual(
      expect.arrayContaining([
        ["step.completed", "a"],
        ["step.completed", "b"],
        ["task.completed", null],
      ]),
    );
  });

  test("taskChanged gives the task as it is, and again when something has happened to it", async () => {
    const { taskId } = await api.engine.submit({
      namespace: "payments",
      name: "pay",
      context: {},
      runAt: new Date(9e12),
    });
    const stream = await subscribe(
      `subscription { taskChanged(taskId: ${taskId}) { status workflowSteps { status } } }`,
    );
    expect(dataOf((await stream.next()).value, "taskChanged")).toMatchObject({ status: "pending" });
    await api.engine.actions.cancelTask(taskId, { actor: "ada", reason: "a test" });
    const last = await takeUntil(stream, (answer) => dataOf(answer, "taskChanged").status === "cancelled");
    expect(dataOf(last.at(-1) ?? {}, "taskChanged")).toEqual({
      status: "cancelled",
      workflowSteps: [{ status: "cancelled" }, { status: "cancelled" }],
    });
  });

  test("nobody is told of namespaces that are not for them", async () => {
    const shipper = somebody({ roles: ["viewer"], namespaces: ["shipping"] });
    const stream = await subscribe("subscription { taskEvents { namespace name } }", shipper);
    await api.engine.submit({ namespace: "payments", name: "pay", context: {} });
    await api.engine.submit({ namespace: "shipping", name: "ship", context: {} });
    const taken = await takeUntil(stream, (answer) => dataOf(answer, "taskEvents").name === "task.completed");
    expect(new Set(taken.map((answer) => dataOf(answer, "taskEvents").namespace))).toEqual(new Set(["shipping"]));
    const { taskId } = await api.engine.submit({ namespace: "payments", name: "pay", context: {} });
    for (const field of [`taskEvents(taskId: ${taskId}) { name }`, `taskChanged(taskId: ${taskId}) { status }`]) {
      const answer = await api.api.subscribe({ query: `subscription { ${field} }` }, api.callerFor(shipper));
      expect(answer).toMatchObject({ errors: [{ extensions: { code: "TASKER_TASK_NOT_FOUND" } }] });
      const nobody = await api.api.subscribe({ query: `subscription { ${field} }` }, api.callerFor(somebody()));
      expect(nobody).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
    }
  });

  test("taskEvents goes on after the last event that a client was told", async () => {
    const submit = () => api.engine.submit({ namespace: "payments", name: "pay", context: {} });
    const query = (after: string | null) =>
      `subscription { taskEvents(namespace: "payments", names: ["task.completed"]${after === null ? "" : `, after: "${after}"`}) { taskId position } }`;
    const stream = await subscribe(query(null));
    const first = await submit();
    const isFirst = (answer: FormattedExecutionResult) => dataOf(answer, "taskEvents").taskId === first.taskId;
    const { position } = dataOf((await takeUntil(stream, isFirst)).at(-1) ?? {}, "taskEvents");
    expect(stream.position).toBe(position);
    const missed = [await submit(), await submit()];
    for (const { taskId: id } of missed) await api.engine.settled(id);
    const resumed = await subscribe(query(position));
    const told = [(await resumed.next()).value, (await resumed.next()).value];
    expect(told.map((answer) => dataOf(answer, "taskEvents").taskId).toSorted()).toEqual(
      missed.map((task) => task.taskId),
    );
    await resumed.return?.();
  });

  test("taskEvents says that nobody can go on after a position, and tells what happens from now on", async () => {
    const stream = await subscribe(`subscription { taskEvents(names: ["task.completed"], after: "7") { taskId } }`);
    expect((await stream.next()).value).toMatchObject({
      errors: [{ extensions: { code: "TASKER_EVENT_NOT_FOUND", field: "after", value: "malformed" } }],
    });
    const { taskId } = await api.engine.submit({ namespace: "payments", name: "pay", context: {} });
    await takeUntil(stream, (answer) => dataOf(answer, "taskEvents").taskId === taskId);
  });

  test("knows who may be told still, and ends with an error for who may not", async () => {
    const { taskId } = await api.engine.submit({ namespace: "payments", name: "pay", context: {} });
    const accessOf = (namespaces: string[]) => api.callerFor(somebody({ roles: ["viewer"], namespaces })).access;
    for (const [field, isOfTask] of [
      ["taskEvents { name }", false],
      [`taskEvents(taskId: ${taskId}) { name }`, true],
      [`taskChanged(taskId: ${taskId}) { status }`, true],
    ] as const) {
      const stream = await subscribe(`subscription { ${field} }`);
      expect(await stream.stillMay(api.callerFor().access)).toBe(true);
      expect(await stream.stillMay(accessOf(["payments"]))).toBe(isOfTask);
      expect(await stream.stillMay(accessOf(["shipping"]))).toBe(false);
      stream.end();
      const told = await takeUntil(stream, ({ errors }) => errors !== undefined);
      expect(told.at(-1)).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
      expect(await stream.next()).toMatchObject({ done: true });
    }
  });

  test("ends when its client is gone", async () => {
    const leaving = new AbortController();
    const stream = await subscribe("subscription { taskEvents { name } }", undefined, leaving.signal);
    const waiting = stream.next();
    leaving.abort();
    expect(await waiting).toMatchObject({ done: true });
  });

  test("is refused where there is no stream, and for names that there are not", async () => {
    const query = "subscription { taskEvents { name } }";
    expect((await api.ask(query)).errors).toMatchObject([{ extensions: { code: "BAD_REQUEST" } }]);
    const wrong = `subscription { taskEvents(names: ["task.complet"]) { name } }`;
    expect(await api.api.subscribe({ query: wrong }, api.callerFor())).toMatchObject({
      errors: [{ extensions: { code: "TASKER_INVALID_REQUEST" } }],
    });
  });
});
