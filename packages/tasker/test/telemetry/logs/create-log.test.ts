import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { isSampled } from "../../../src/event-routing/is-sampled.ts";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import {
  createLog,
  type LogSettings,
  logEvent,
  logEvents,
  logException,
  logOrchestrationEvent,
  logPerformanceEvent,
  logStepEvent,
  logStructured,
  logTaskEvent,
  performanceCategory,
} from "../../../src/telemetry/index.ts";
import { VERSION } from "../../../src/version.ts";

/** A log whose lines are kept. */
function keptLog(settings: LogSettings = {}, parts: Parameters<typeof createLog>[1] = {}) {
  const texts: string[] = [];
  const log = createLog(settings, { ...parts, destination: { write: (text: string) => void texts.push(text) } });
  return { log, texts, lines: () => texts.map((text): Record<string, unknown> => JSON.parse(text)) };
}

describe("a line", () => {
  test("has the fields of the one schema, then what is told with it", () => {
    const { log, lines } = keptLog({ environment: "test" }, { context: () => ({ correlation_id: "tsk_1" }) });
    log.component("engine").info({ taskId: 7, batchSize: 2 }, "written");
    const [line = {}] = lines();
    expect(line).toEqual({
      level: "info",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      environment: "test",
      tasker_version: VERSION,
      process_id: process.pid,
      thread_id: expect.stringMatching(/^[0-9a-f]+$/),
      component: "engine",
      correlation_id: "tsk_1",
      task_id: 7,
      batch_size: 2,
      message: "written",
    });
  });

  test("has no key twice, whatever it is told", () => {
    const { log, texts, lines } = keptLog();
    log.info({ timestamp: 1, level: 2, message: 3, component: 4, processId: 5 }, "odd");
    expect(lines()[0]).toMatchObject({
      context_timestamp: 1,
      context_level: 2,
      context_message: 3,
      context_component: 4,
      engine_process_id: 5,
      message: "odd",
    });
    for (const key of ["timestamp", "level", "message", "component", "process_id"]) {
      expect(texts[0]?.split(`"${key}":`)).toHaveLength(2);
    }
  });

  test("tells an error by class, message, code, backtrace and causes, and what cannot be written without failing", () => {
    const { log, lines } = keptLog();
    const err = new ConfigurationError("bad", { cause: new TypeError("worse") });
    log.error({ err }, "failed");
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    log.info({ circular }, "circular");
    expect(lines()[0]).toMatchObject({
      exception_class: "ConfigurationError",
      exception_message: "bad",
      exception_code: "TASKER_CONFIGURATION",
      caused_by: ["TypeError: worse"],
    });
    expect(lines()[1]).toMatchObject({ message: "circular" });
  });
});

describe("secrets", () => {
  test("are masked by the exact path of their key, and nothing else is", () => {
    const { log, lines } = keptLog({ mask: ["context.card.number", "items[*].token"] });
    log.info(
      {
        cache_key: "k",
        performance_key: "p",
        card: { number: "seen" },
        context: { card: { number: "4111", name: "A" }, token: "seen" },
        items: [{ token: "t", id: 1 }],
      },
      "paid",
    );
    expect(lines()[0]).toMatchObject({
      cache_key: "k",
      performance_key: "p",
      card: { number: "seen" },
      context: { card: { number: "[FILTERED]", name: "A" }, token: "seen" },
      items: [{ token: "[FILTERED]", id: 1 }],
    });
  });

  test("of the usual names are masked unless other paths are given", () => {
    const { log, lines } = keptLog({ maskWith: "***" });
    log.info({ password: "p", context: { api_key: "a", cache_key: "c" }, headers: { authorization: "b" } }, "call");
    expect(lines()[0]).toMatchObject({
      password: "***",
      context: { api_key: "***", cache_key: "c" },
      headers: { authorization: "***" },
    });
  });
});

describe("levels and sampling", () => {
  test("each component has its own level", () => {
    const { log, lines } = keptLog({ level: "warn", components: { engine: { level: "debug" } } });
    log.info({}, "not written");
    log.component("engine").debug({}, "written");
    log.fatal({}, "written");
    expect(lines().map(({ message }) => message)).toEqual(["written", "written"]);
    expect([log.isEnabled("info"), log.component("engine").isEnabled("debug")]).toEqual([false, true]);
  });

  test("of a correlation id all lines are written or none, of about so many as the rate says; warnings always", () => {
    const { log, lines } = keptLog({ components: { events: { sampling: 0.25 } } });
    const events = log.component("events");
    for (let id = 0; id < 1_000; id++) {
      for (const part of [1, 2, 3]) events.info({ correlation_id: `tsk_${id}`, part }, "line");
    }
    const counts = Map.groupBy(lines(), (line) => line.correlation_id);
    expect([...counts.values()].every((group) => group.length === 3)).toBe(true);
    expect(counts.size).toBeGreaterThan(180);
    expect(counts.size).toBeLessThan(320);
    const before = lines().length;
    for (let id = 0; id < 100; id++) events.warn({ correlation_id: `tsk_${id}` }, "warning");
    expect(lines().length - before).toBe(100);
  });

  test("traces and logs keep the same ids at one rate", () => {
    const { log, lines } = keptLog({ components: { events: { sampling: 0.3 } } });
    const ids = Array.from({ length: 100 }, (_, id) => `tsk_${id}`);
    for (const id of ids) log.component("events").info({ correlation_id: id }, "line");
    expect(lines().map((line) => line.correlation_id)).toEqual(ids.filter((id) => isSampled(id, 0.3)));
  });

  test("lines without an id are written by chance", () => {
    let next = 0;
    const { log, lines } = keptLog(
      { components: { x: { sampling: 0.5 } } },
      { random: () => (next++ % 2 === 0 ? 0.4 : 0.6) },
    );
    for (let line = 0; line < 10; line++) log.component("x").debug({}, "not written");
    for (let line = 0; line < 10; line++) log.component("x").info({}, "half of them");
    expect(lines()).toHaveLength(5);
  });
});

describe("formats", () => {
  test("logfmt has key=value, with texts in quotes", () => {
    const { log, texts } = keptLog({ format: "logfmt" });
    log.info({ step: 'a "b"', n: 1, o: { p: 2 } }, "hello world");
    expect(texts[0]).toMatch(
      /^level="info" timestamp=".+ step="a \\"b\\"" n=1 o="\{\\"p\\":2\}" message="hello world"\n$/,
    );
  });

  test("pretty_json has a key a line", () => {
    const { log, texts } = keptLog({ format: "pretty_json" });
    log.info({ n: 1 }, "hello");
    expect(texts[0]).toContain('\n  "n": 1,\n');
  });

  test("pretty is for a person: time, level, component, sentence, fields; no control character gets through", () => {
    const { log, texts } = keptLog({ format: "pretty" });
    log.component("engine").warn({ step: "a\u001b[2J" }, "odd\nline");
    expect(texts[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}engine odd\\u000aline step=a\\u001b\[2J\n$/);
    const colored = keptLog({ format: "pretty" }, { colors: true });
    colored.log.warn({}, "odd");
    expect(colored.texts[0]).toContain("\u001b[33mWARN");
  });
});

describe("what is told under somebody else's names", () => {
  const ODD = 'a b="c"\n\u001b[2J\u2028d\u009b';

  test("forges no field and no line of logfmt", () => {
    const { log, texts } = keptLog({ format: "logfmt" });
    log.info({ [ODD]: "x\u2028y", "": 1 }, "odd");
    expect(texts[0]).toMatch(/ a_b__c___\[2_j_d_="x\\u2028y" _=1 message="odd"\n$/);
  });

  test("moves no cursor of a terminal", () => {
    const { log, texts } = keptLog({ format: "pretty" });
    log.info({ [ODD]: { "\u009b": 1 } }, "odd");
    expect(texts[0]).toMatch(/odd a b="c"\\u000a\\u001b\[2_j\\u2028d\\u009b=\{"\\u009b":1\}\n$/);
  });
});

test("lines go to a terminal in the format for a person, unless another one is asked for", () => {
  const texts: string[] = [];
  const destination = { isTTY: true, write: (text: string) => void texts.push(text) };
  createLog({}, { destination, colors: false }).info({ a: 1 }, "hello");
  createLog({ format: "json" }, { destination }).info({ a: 1 }, "hello");
  expect(texts[0]).toMatch(/ INFO {2}tasker hello a=1\n$/);
  expect(texts[1]).toMatch(/^\{.*"message":"hello"\}\n$/);
});

test.each([
  [{ level: "loud" }, "logs.level"],
  [{ format: "xml" }, "logs.format"],
  [{ mask: ["a..b"] }, "logs.mask[0]"],
  [{ components: { engine: { sampling: 2 } } }, "logs.components.engine.sampling"],
  [{ nothing: 1 }, "logs.nothing"],
])("a setting that cannot be is named: %j", (settings, named) => {
  expect(() => createLog(JSON.parse(JSON.stringify(settings)))).toThrow(named);
});

describe("the helpers", () => {
  const task = { taskId: 7, name: "order", status: "complete" };
  const step = { stepId: 9, name: "charge", status: "error", taskId: 7, taskName: "order" };

  test("tell of tasks, steps, orchestration, performance and errors with the fields of the reference", () => {
    const { log, lines } = keptLog({ level: "debug" });
    logStructured(log, "info", "said", { a: 1 });
    logTaskEvent(log, task, "completed", { extra: true });
    logStepEvent(log, step, "failed", { duration: 0.25 });
    logOrchestrationEvent(log, "workflow_iteration", "started");
    logPerformanceEvent(log, "task_finalization", 0.2);
    logPerformanceEvent(log, "task_finalization", 2);
    logException(log, "text");
    expect(lines()).toMatchObject([
      { level: "info", message: "said", a: 1 },
      {
        level: "info",
        message: "Task completed",
        entity_type: "task",
        entity_id: 7,
        entity_name: "order",
        event_type: "completed",
        task_status: "complete",
        extra: true,
      },
      {
        message: "Step failed",
        entity_type: "step",
        entity_id: 9,
        step_status: "error",
        task_id: 7,
        task_name: "order",
        duration_ms: 250,
        performance_category: "moderate",
      },
      {
        level: "debug",
        message: "Orchestration started",
        entity_type: "orchestration",
        operation: "workflow_iteration",
      },
      { level: "debug", message: "Performance measurement", is_slow: false, duration_ms: 200 },
      { level: "warn", is_slow: true, performance_category: "slow" },
      { level: "error", exception_class: "string", exception_message: "text" },
    ]);
  });

  test.each([
    [0.1, "fast"],
    [0.11, "moderate"],
    [1, "moderate"],
    [5, "slow"],
    [5.1, "very_slow"],
  ])("%d seconds are %s", (seconds, category) => {
    expect(performanceCategory(seconds)).toBe(category);
  });

  test("tell of an event with what it holds, failures at their level", () => {
    const { log, lines } = keptLog();
    const event = {
      id: "step:9:20",
      at: 1,
      taskId: 7,
      namespace: "shop",
      taskName: "order",
      version: "1.0.0",
      correlationId: "tsk_1",
    };
    const ofStep = { ...event, stepId: 9, stepName: "charge" };
    logEvent(log, { ...ofStep, name: "step.execution_requested", payload: {} });
    logEvent(log, {
      ...ofStep,
      name: "step.failed",
      payload: { to_state: "error", execution_duration: 0.5, retry_available: true },
    });
    logEvent(log, { ...event, stepId: null, stepName: null, name: "task.failed", payload: { to_state: "error" } });
    logEvent(log, {
      ...event,
      taskId: null,
      stepId: null,
      stepName: null,
      name: "handler.registered",
      payload: { a: 1 },
    });
    expect(lines()).toMatchObject([
      {
        level: "warn",
        message: "Step failed",
        step_status: "error",
        duration_ms: 500,
        correlation_id: "tsk_1",
        event_id: "step:9:20",
      },
      { level: "error", message: "Task failed", task_status: "error", event_name: "task.failed" },
      { level: "info", message: "handler.registered", a: 1 },
    ]);
  });

  test("tell of an event that a step publishes with what it holds under payload, where the usual secrets are masked", () => {
    const { log, lines } = keptLog();
    const about = { taskId: 7, namespace: "shop", taskName: "order", version: "1.0.0", stepId: 9, stepName: "charge" };
    const payload = { event_id: "forged", correlation_id: "forged", to_state: "x", password: "p" };
    logEvent(log, { id: "custom:1:0", name: "order.paid", at: 1, correlationId: "tsk_1", ...about, payload });
    expect(lines()[0]).toMatchObject({
      message: "order.paid",
      event_id: "custom:1:0",
      correlation_id: "tsk_1",
      payload: { event_id: "forged", correlation_id: "forged", to_state: "x", password: "[FILTERED]" },
    });
  });

  test.each([
    ["debug", [true, true, true, true, true]],
    ["info", [false, false, true, true, true]],
    ["warn", [false, false, false, true, true]],
    ["error", [false, false, false, true, true]],
  ] as const)("of events at level %s has no event made that is not written", (level, wanted) => {
    const { log } = keptLog({ level });
    const bus = new EventBus();
    const end = logEvents(log, bus);
    const names = ["workflow.no_viable_steps", "step.before_handle", "order.placed", "step.failed", "task.failed"];
    expect(names.map((name) => bus.wants(name))).toEqual(wanted);
    end();
    expect(bus.wants("task.failed")).toBe(false);
  });
});
