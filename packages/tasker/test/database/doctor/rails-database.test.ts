import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { REFERENCE_FUNCTIONS } from "../../../src/database/doctor/compare-functions.ts";
import { examineSchema } from "../../../src/database/doctor/examine-schema.ts";
import { readExpectedSchema } from "../../../src/database/doctor/expected-schema.ts";
import { createReferenceIndexes } from "../../../src/database/indexes/create-reference-indexes.ts";
import { migrate } from "../../../src/database/migrate.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { findFaults, mend } from "../../support/mend.ts";
import { layOutLikeRails } from "../../support/rails-layout.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { dumpSchema, readIndexes } from "../read-catalog.ts";
import { REFERENCE_TABLES } from "../reference-schema.ts";

describeOnPostgres("a database that the Rails engine made", () => {
  let place: ThrowAwayDatabase;
  let database: Database;
  beforeEach(async () => {
    place = await createTestDatabase({ template: "template0" });
    database = await openPostgres(place.url);
    await layOutLikeRails(database);
  });
  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  const readBodies = () =>
    database.query(
      `select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace and proname = any ($1::text[])
       order by proname`,
      [REFERENCE_FUNCTIONS],
    );

  test("has 13 tables, 99 indexes on them, a view and nine functions", async () => {
    const indexes = (await readIndexes(database)).filter(({ relation }) => relation in REFERENCE_TABLES);
    expect([Object.keys(REFERENCE_TABLES).length, indexes.length]).toEqual([13, 99]);
    expect(await readBodies()).toHaveLength(9);
  });

  test("is told before it is migrated, and so is what to do", async () => {
    const { madeBy, migrations, findings } = await examineSchema(database);
    expect([madeBy, migrations.applied]).toEqual(["rails", 0]);
    expect(findings.filter(({ severity }) => severity === "error")).toMatchObject([
      { topic: "migration", command: "tasker db migrate" },
    ]);
  });

  test("keeps all that it has when it is migrated", async () => {
    const before = (await dumpSchema(database)).split("\n");
    const [bodies, rows] = [await readBodies(), await database.query("table ar_internal_metadata")];
    expect((await migrate(database)).adopted).toContain("0001_reference_schema");
    const after = new Set((await dumpSchema(database)).split("\n"));
    expect(before.filter((line) => !after.has(line))).toEqual([]);
    expect(await readBodies()).toEqual(bodies);
    expect(await database.query("table ar_internal_metadata")).toEqual(rows);
    expect(await database.query("select count(*) from schema_migrations")).toEqual([{ count: 2 }]);
  });

  test("has no fault then; what is Rails' own is told as advice, with what replaces it", async () => {
    await migrate(database);
    const { madeBy, migrations, findings } = await examineSchema(database);
    expect([madeBy, migrations.applied]).toEqual(["rails", migrations.known]);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const expected = readExpectedSchema();
    const about = (topic: string) => findings.filter((one) => one.topic === topic);
    expect(about("view")).toMatchObject([{ severity: "advice", statements: [expect.stringContaining("view")] }]);
    expect(about("table").map(({ object }) => object)).toEqual(["tasker_tasks", "tasker_workflow_steps"]);
    expect(
      about("function")
        .filter(({ severity }) => severity === "warning")
        .map(({ object, note }) => [object, /42804/.test(note ?? "")]),
    ).toEqual([
      ["get_slowest_steps_v01", true],
      ["get_slowest_tasks_v01", true],
    ]);
    const replaceable = expected.functions.map(({ name }) => name).filter((name) => REFERENCE_FUNCTIONS.includes(name));
    expect(
      about("function")
        .filter(({ statements }) => statements.length === 1)
        .map(({ object }) => object)
        .sort(),
    ).toEqual(replaceable.sort());
    const lean = new Set(expected.indexes.map(({ name }) => name));
    const superfluous = Object.values(REFERENCE_TABLES)
      .flatMap(({ otherIndexes }) => otherIndexes)
      .map((index) => index.split(" ")[2] ?? "")
      .filter((name) => !lean.has(name));
    expect(
      about("redundant index")
        .map(({ object }) => object.split(" on ")[0])
        .sort(),
    ).toEqual(superfluous.sort());
  });

  test("says of each redundant index why it is one", async () => {
    await migrate(database);
    const { findings } = await examineSchema(database);
    const reasons = new Map(
      findings.map(({ topic, object, found }) => [topic === "redundant index" ? object.split(" ")[0] : topic, found]),
    );
    expect(reasons.get("index_step_edges_dependency_pair")).toBe("same as idx_step_edges_to_from");
    expect(reasons.get("index_step_edges_child_lookup")).toBe("begins idx_step_edges_to_from");
    expect(reasons.get("task_namespaces_name_index")).toBe("same as task_namespaces_name_unique");
    expect(reasons.get("index_workflow_steps_by_task")).toBe("same as workflow_steps_task_id_index");
    expect(reasons.get("index_step_transitions_failures_with_timing")).toBe("can hold no row: no state is 'failed'");
    expect(reasons.get("tasks_context_idx")).toBe("Tasker does not need it");
    expect(reasons.get("index_workflow_steps_task_and_step_id")).toBe(
      "same as index_workflow_steps_task_and_id; Tasker needs neither",
    );
    // one column list, two operator classes
    expect(reasons.get("tasks_context_idx1")).toBe("Tasker does not need it");
    // it carries columns that no other index has
    expect(reasons.get("index_workflow_steps_task_covering")).toBe("Tasker does not need it");
  });

  test("has the lean indexes once the statements have been run, and the reference's again on request", async () => {
    await migrate(database);
    const full = await readIndexes(database);
    const missing = (await findFaults(database)).filter(({ topic }) => topic === "index");
    expect(missing.map(({ severity, object }) => [severity, object])).toEqual([
      ["warning", "tasker_task_transitions_ended on tasker_task_transitions"],
      ["warning", "tasker_tasks_by_named_task on tasker_tasks"],
    ]);
    await mend(database, missing);
    const added = (await readIndexes(database)).filter(({ fact }) => !full.some((one) => one.fact === fact));
    await mend(
      database,
      (await findFaults(database)).filter(({ topic }) => topic === "redundant index"),
    );
    const fresh = readExpectedSchema();
    const left = (await readIndexes(database)).map(({ fact }) => fact.replace(" ON public.", " ON "));
    // Those of keys are not listed among the expected indexes.
    const ofKeys = /(_pkey|event_subscriber_name_unique|api_token_prefix_unique|session_hash_unique) ON /;
    expect(left.filter((index) => !ofKeys.test(index)).sort()).toEqual(
      fresh.indexes.map(({ definition }) => definition).sort(),
    );
    await createReferenceIndexes(database);
    const again = await readIndexes(database);
    expect(again).toHaveLength(full.length + added.length);
    expect(again).toEqual(expect.arrayContaining([...full, ...added]));
  });

  test("is like one of ours in the end, if all is done that is advised", async () => {
    await migrate(database);
    await mend(database, await findFaults(database));
    const left = await findFaults(database);
    const known = readExpectedSchema().functions.map(({ name }) => name);
    expect(left.filter(({ object }) => known.includes(object) || !REFERENCE_FUNCTIONS.includes(object))).toEqual([]);
  });

  test("that has lost columns or keys is mended like any other", async () => {
    await migrate(database);
    await database.execute(`
      alter table tasker_workflow_steps drop constraint workflow_steps_task_id_foreign, alter column retryable drop default;
      drop function tasker_load`);
    const errors = (await findFaults(database)).filter(({ severity }) => severity === "error");
    expect(errors).toHaveLength(3);
    await mend(database, errors);
    expect((await findFaults(database)).filter(({ severity }) => severity === "error")).toEqual([]);
  });
});
