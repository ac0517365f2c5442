import fc from "fast-check";
import { expect, test } from "vitest";
import { createLog, type LogSettings } from "../../../src/telemetry/index.ts";

/** What a log writes itself and what pino writes of the same, without their times. */
function bothLines(facts: object, message: string, settings: LogSettings = {}, context?: Record<string, unknown>) {
  const linesOf = (told: object) => {
    const lines: string[] = [];
    const destination = { ...told, write: (line: string) => void lines.push(line) };
    const log = createLog(settings, { destination, ...(context === undefined ? {} : { context: () => context }) });
    log.component("events").info(facts, message);
    return lines.map((line): Record<string, unknown> => ({ ...JSON.parse(line), timestamp: "now" }));
  };
  // A destination that is told levels gets every line from pino.
  return { own: linesOf({}), pino: linesOf({ [Symbol.for("pino.metadata")]: true }) };
}

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"', "\\", "\n", "\u2028", "é\u0000"));
const anyValue = fc.oneof(
  anyText,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.array(anyText, { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
);
const anyName = fc.oneof(
  fc.constantFrom("task_id", "taskId", "timestamp", "password", "context", "correlation_id", "correlationId", "a b"),
  fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__"),
);

test("a line says what pino would write of the same facts", () => {
  fc.assert(
    fc.property(fc.dictionary(anyName, anyValue, { maxKeys: 6 }), anyText, (facts, message) => {
      const { own, pino } = bothLines(facts, message, {}, { correlation_id: "tsk_1" });
      expect(own).toEqual(pino);
    }),
    { numRuns: 300 },
  );
});

test("what is masked is masked", () => {
  const facts = { password: "p", task_id: 1, context: { token: "t", id: 2 } };
  for (const settings of [{}, { mask: ["*.token"] }, { mask: ["message", "context.id"] }, { mask: ["task_id"] }]) {
    const { own, pino } = bothLines(facts, "m", settings);
    expect(own).toEqual(pino);
  }
  expect(bothLines({ password: "p" }, "m").own).toMatchObject([{ password: "[FILTERED]" }]);
});

test("an error in place of facts is written as pino does", () => {
  const { own, pino } = bothLines(new Error("told"), "m");
  expect(own).toEqual(pino);
});
