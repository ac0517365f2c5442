import { expect, test } from "vitest";
import { TroubleLog } from "../../../src/engine/outage/trouble-log.ts";
import { DatabaseStatementError, DatabaseUnavailableError, NotRunningError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { type LogLine, recordingLog } from "../../support/engine-harness.ts";

function makeLog() {
  const clock = new ManualClock();
  const lines: LogLine[] = [];
  const troubles = new TroubleLog(clock, recordingLog(lines));
  return { clock, troubles, told: () => lines.map(({ level, message }) => `${level}: ${message}`) };
}

const away = new DatabaseUnavailableError("connection refused");
const refused = (sqlstate: string) => new DatabaseStatementError("no", { context: { sqlstate, statement: "commit" } });

test("an outage is two lines, however often everybody tries", () => {
  const { clock, troubles, told } = makeLog();
  for (let attempt = 0; attempt < 100; attempt++) {
    troubles.failed(attempt % 2 === 0 ? "commit" : "claim", away);
    clock.advance(500);
  }
  troubles.succeeded("claim");
  expect(told()).toEqual(["warn: the database does not answer: what is to be written waits for it"]);
  clock.advance(5_000);
  troubles.succeeded("claim");
  troubles.succeeded("claim");
  expect(told().slice(1)).toEqual(["info: the database answers again"]);
});

test("an outage that lasts is told of once a minute", () => {
  const { clock, troubles, told } = makeLog();
  for (let attempt = 0; attempt <= 240; attempt++) {
    troubles.failed("commit", away);
    clock.advance(500);
  }
  expect(told()).toHaveLength(3);
});

test("what a statement cannot do ends when that statement does it, not when another one does something", () => {
  const { clock, troubles, told } = makeLog();
  troubles.failed("commit", refused("53100"));
  clock.advance(10_000);
  troubles.succeeded("claim");
  expect(told()).toEqual(["warn: the database cannot do commit at present, trying again"]);
  troubles.succeeded("commit");
  expect(told().slice(1)).toEqual(["info: the database does commit again"]);
});

test("what waiting does not mend is an error", () => {
  const { troubles, told } = makeLog();
  troubles.failed("commit", refused("42501"));
  expect(told()).toEqual(["error: the database refuses commit, and waiting does not mend that"]);
});

test("refused data, lost races and a closed database are others' to tell", () => {
  const { troubles, told } = makeLog();
  for (const error of [refused("23505"), refused("40P01"), new NotRunningError("closed"), new RangeError("a defect")]) {
    troubles.failed("commit", error);
  }
  expect(told()).toEqual([]);
});
