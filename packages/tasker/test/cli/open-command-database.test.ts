import { describe, expect, test } from "vitest";
import { chooseDatabase } from "../../src/cli/open-command-database.ts";

const URL = "postgres://localhost/orders";
const choose = (options: { databaseUrl?: string; data?: string }, env: Record<string, string> = {}) =>
  chooseDatabase(options, { cwd: "/home/ada", env });

describe("which database a command works on", () => {
  test("the embedded one in the working directory, if nothing is said", () => {
    expect(choose({})).toEqual({ kind: "embedded", directory: "/home/ada/.tasker/data", isNamed: false });
  });

  test("the directory of --data, even where DATABASE_URL is set", () => {
    expect(choose({ data: "here" }, { DATABASE_URL: URL })).toEqual({
      kind: "embedded",
      directory: "/home/ada/here",
      isNamed: true,
    });
    expect(choose({ data: "/there" })).toEqual({ kind: "embedded", directory: "/there", isNamed: true });
  });

  test("the server of --database-url, else of DATABASE_URL", () => {
    expect(choose({}, { DATABASE_URL: URL })).toEqual({ kind: "postgres", url: URL });
    expect(choose({ databaseUrl: "postgresql://h/d" }, { DATABASE_URL: URL })).toEqual({
      kind: "postgres",
      url: "postgresql://h/d",
    });
    expect(choose({}, { DATABASE_URL: "" })).toMatchObject({ kind: "embedded" });
  });

  test("both options together, and other protocols, are refused without repeating a password", () => {
    expect(() => choose({ databaseUrl: URL, data: "x" })).toThrow("expected one of them");
    expect(() => choose({}, { DATABASE_URL: "mysql://ada:secret@h/d" })).toThrow(
      "DATABASE_URL does not begin with postgres:// or postgresql://",
    );
  });
});
