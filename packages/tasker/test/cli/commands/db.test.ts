import { afterEach, beforeEach, expect, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { layOutLikeRails } from "../../support/rails-layout.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { type CapturedOptions, runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker db", () => {
  let place: ThrowAwayDatabase;
  beforeEach(async () => {
    place = await createTestDatabase({ template: "template0" });
    await execute("do $$ begin execute format('alter database %I set timezone = ''UTC''', current_database()); end $$");
  });
  afterEach(() => place.drop());

  const tasker = (argv: readonly string[], options: Partial<CapturedOptions> = {}) =>
    runCaptured(argv, { cwd: "/", env: { DATABASE_URL: place.url }, ...options });

  /** Runs SQL, statement by statement where it is given as several. */
  async function execute(...statements: readonly string[]): Promise<void> {
    const database = await openPostgres(place.url, { connections: 1 });
    try {
      for (const statement of statements) await database.execute(statement);
    } finally {
      await database.close();
    }
  }

  test("migrate is migrate", async () => {
    expect((await tasker(["db", "migrate"])).out).toMatch(/^applied 0001_reference_schema\n/);
    const long = await tasker(["db", "migrate", "--status"]);
    expect(await tasker(["migrate", "--status"])).toEqual(long);
    expect(long.out).not.toContain("not yet");
  });

  test("migrate --indexes reference shows each index, and has nothing to do the second time", async () => {
    const { code, out } = await tasker(["db", "migrate", "--indexes", "reference"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^index 1 of 62: task_namespaces_name_index$/m);
    expect(out).toMatch(/^created 62 indexes$/m);
    expect(await tasker(["db", "migrate", "--indexes", "reference"])).toEqual({
      code: 0,
      out: "the schema is up to date\nall indexes of the Rails engine are there\n",
      err: "",
    });
    expect((await tasker(["db", "doctor"])).out).toMatch(/^advice 62 indexes that Tasker does without, /m);
  });

  test("doctor says in one line that all is well", async () => {
    await tasker(["db", "migrate"]);
    const { code, out, err } = await tasker(["db", "doctor"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^PostgreSQL \S+, schema public: (\d+) of \1 migrations, nothing to complain about\n$/);
  });

  test("doctor says what is wrong, what mends it, and ends with 1", async () => {
    await tasker(["db", "migrate"]);
    await execute("alter table tasker_workflow_steps alter column retry_limit drop default");
    const { code, out } = await tasker(["db", "doctor"]);
    expect(code).toBe(1);
    expect(out.slice(out.indexOf("\n\n") + 2)).toBe(`error column tasker_workflow_steps.retry_limit
  found     integer
  expected  integer default 3
    alter table tasker_workflow_steps alter column retry_limit set default 3;

1 error, 0 warnings. Nothing was changed.
'tasker db doctor --sql' prints the statements as a script.
`);
  });

  test("doctor names the command where a command is what helps", async () => {
    const { code, out } = await tasker(["db", "doctor"]);
    expect(code).toBe(1);
    expect(out).toContain("    $ tasker db migrate\n");
    expect(out).toMatch(/0 warnings. Nothing was changed.\n$/);
  });

  test("doctor --sql prints a script that mends", async () => {
    await tasker(["db", "migrate"]);
    await execute("drop function tasker_load; drop view tasker_step_dag_relationships");
    const { code, out } = await tasker(["db", "doctor", "--sql"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^-- error: view tasker_step_dag_relationships: no such view; /);
    await execute(out);
    expect(await tasker(["db", "doctor", "--sql"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("doctor --json prints the report", async () => {
    const { code, out } = await tasker(["db", "doctor", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      schema: "public",
      madeBy: null,
      migrations: { applied: 0 },
      findings: [{ severity: "error", topic: "migration", command: "tasker db migrate", statements: [] }],
    });
  });

  test("doctor fits into 80 columns, but for what cannot be broken, and shortens long statements", async () => {
    const database = await openPostgres(place.url, { connections: 1 });
    await layOutLikeRails(database);
    await database.close();
    await tasker(["db", "migrate"]);
    await execute("drop function tasker_commit");
    const { out } = await tasker(["db", "doctor"], {
      isTty: true,
      columns: 80,
      env: { DATABASE_URL: place.url, NO_COLOR: "1" },
    });
    expect(out.split("\n").filter((line) => line.length > 80 && !line.includes("'"))).toEqual([]);
    expect(out).toContain("made by Rails");
    expect(out).toMatch(/^ {4}\.\.\. \d+ more lines: 'tasker db doctor --sql' prints them$/m);
  });
});

test("tasker db doctor examines the embedded database and migrates nothing", async () => {
  using directory = new WorkDirectory();
  const doctor = () => runCaptured(["db", "doctor"], { cwd: directory.path });
  expect(await doctor()).toMatchObject({ code: 1, err: expect.stringContaining("there is no database") });
  directory.addDatabase();
  const { code, out } = await doctor();
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("nothing to complain about") });
});
