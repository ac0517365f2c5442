import { describe, expect, test } from "vitest";
import { toDatabaseError } from "../../src/database/driver-error.ts";
import { failureKindOf, isConnectionOutdated } from "../../src/database/failure-kind.ts";
import { ConfigurationError, NotRunningError } from "../../src/errors/index.ts";

const origin = { place: "db.internal:5432/orders", statement: "commit_batch", keepCause: true, mayStand: false };
const answered = (code: string) =>
  toDatabaseError(Object.assign(new Error("said the server"), { code, severity: "ERROR" }), origin);
const lost = (mayStand: boolean) => toDatabaseError(new Error("Connection terminated"), { ...origin, mayStand });

describe("what a failed call to the database calls for", () => {
  test.each([
    ["22003", "data", "numeric_value_out_of_range"],
    ["22P05", "data", "untranslatable_character"],
    ["23505", "data", "unique_violation"],
    ["54000", "data", "program_limit_exceeded"],
    ["P0001", "data", "raise_exception"],
    ["40001", "conflict", "serialization_failure"],
    ["40P01", "conflict", "deadlock_detected"],
    ["TK409", "conflict", "moved by somebody else"],
    ["0A000", "conflict", "cached plan must not change result type"],
    ["55P03", "busy", "lock_not_available"],
    ["57014", "busy", "query_canceled"],
    ["53200", "busy", "out_of_memory"],
    ["08006", "away", "connection_failure"],
    ["25006", "away", "read_only_sql_transaction"],
    ["53100", "away", "disk_full"],
    ["53300", "away", "too_many_connections"],
    ["57P01", "away", "admin_shutdown"],
    ["57P02", "away", "crash_shutdown"],
    ["57P03", "away", "cannot_connect_now"],
    ["58030", "away", "io_error"],
    ["28P01", "permanent", "invalid_password"],
    ["3D000", "permanent", "invalid_catalog_name"],
    ["42501", "permanent", "insufficient_privilege"],
    ["42883", "permanent", "undefined_function"],
    ["42P01", "permanent", "undefined_table"],
    ["57P04", "permanent", "database_dropped"],
    ["26000", "permanent", "invalid_sql_statement_name"],
    ["XX001", "permanent", "data_corrupted"],
  ])("%s: %s (%s)", (code, kind) => {
    expect(failureKindOf(answered(code))).toBe(kind);
  });

  test("a lost connection: nothing was written, or that is not known", () => {
    expect(failureKindOf(lost(false))).toBe("away");
    expect(failureKindOf(lost(true))).toBe("unknown");
  });

  test("a wrong setting or a defect: nothing that waiting could mend", () => {
    for (const error of [new ConfigurationError("x"), new NotRunningError("x"), new RangeError("x"), "x", null]) {
      expect(failureKindOf(error)).toBe("permanent");
    }
  });
});

test("a connection is thrown away when it is lost, and when it leads to what is not there any more", () => {
  for (const error of [lost(true), lost(false), answered("57P01"), answered("25006"), answered("0A000")]) {
    expect(isConnectionOutdated(error)).toBe(true);
  }
  for (const error of [answered("23505"), answered("53100"), new RangeError("x")]) {
    expect(isConnectionOutdated(error)).toBe(false);
  }
});
