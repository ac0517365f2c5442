import { describe, expect, test } from "vitest";
import { statementLabel, toDatabaseError } from "../../src/database/driver-error.ts";
import {
  DatabaseStatementError,
  DatabaseUnavailableError,
  OutcomeUnknownError,
  ProceduralError,
} from "../../src/errors/index.ts";

const origin = { place: "db.internal:5432/orders", statement: "claim_tasks", keepCause: true, mayStand: false };

const serverError = (code: string) => Object.assign(new Error("said the server"), { code, severity: "FATAL" });
const nodeError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe("what a driver throws", () => {
  test.each(["08000", "08006", "57P01", "57P02", "57P03", "25P03", "53300"])("SQLSTATE %s: unavailable", (code) => {
    const error = toDatabaseError(serverError(code), origin);
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).toHaveProperty("context.sqlstate", code);
  });

  test.each([
    "23505",
    "40001",
    "40P01",
    "42P01",
    "57014",
    "28P01",
    "3D000",
    "XX000",
  ])("SQLSTATE %s: refused", (code) => {
    const error = toDatabaseError(serverError(code), origin);
    expect(error).toBeInstanceOf(DatabaseStatementError);
    expect(error).toHaveProperty("context", { sqlstate: code, statement: "claim_tasks" });
  });

  test.each(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"])("%s: unavailable", (code) => {
    const error = toDatabaseError(nodeError(code), origin);
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).toHaveProperty(
      "message",
      `The database at db.internal:5432/orders cannot be reached: connect ${code}`,
    );
  });

  test("a connection lost after a statement was sent: it may have been executed", () => {
    for (const cause of [serverError("57P01"), nodeError("ECONNRESET"), new Error("Query read timeout")]) {
      expect(toDatabaseError(cause, { ...origin, mayStand: true })).toBeInstanceOf(OutcomeUnknownError);
    }
    expect(toDatabaseError(serverError("57014"), { ...origin, mayStand: true })).toBeInstanceOf(DatabaseStatementError);
  });

  test("a host with two addresses gives both reasons", () => {
    const error = toDatabaseError(new AggregateError([nodeError("ECONNREFUSED"), nodeError("EHOSTUNREACH")]), origin);
    expect(error).toHaveProperty("context.reason", "connect ECONNREFUSED; connect EHOSTUNREACH");
  });

  test("errors of the family and programming errors pass unchanged", () => {
    for (const error of [new ProceduralError("x"), new TypeError("x"), new RangeError("x")]) {
      expect(toDatabaseError(error, origin)).toBe(error);
    }
  });

  test("the cause is kept only where it is worth reading", () => {
    const cause = serverError("23505");
    expect(toDatabaseError(cause, origin)).toHaveProperty("cause", cause);
    expect(toDatabaseError(cause, { ...origin, keepCause: false })).not.toHaveProperty("cause");
  });
});

test("a statement's label is one line of at most 120 characters", () => {
  expect(statementLabel("\n  select 1\n    from t ")).toBe("select 1 from t");
  expect(statementLabel("x".repeat(500))).toHaveLength(120);
});
