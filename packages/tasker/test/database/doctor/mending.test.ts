import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import type { Finding } from "../../../src/database/doctor/finding.ts";
import { findFaults, mend } from "../../support/mend.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { dumpSchema } from "../read-catalog.ts";

interface Damage {
  readonly what: string;
  readonly sql: string;
  /** Severity, topic and object of what must be found, in order. */
  readonly findings: readonly string[];
  /** Removes what is no fault any more and yet not of the schema. */
  readonly cleanUp?: string;
}

const DAMAGES: readonly Damage[] = [
  {
    what: "a column default is dropped",
    sql: "alter table tasker_workflow_steps alter column retry_limit drop default",
    findings: ["error column tasker_workflow_steps.retry_limit"],
  },
  {
    what: "a column default is another",
    sql: "alter table tasker_named_tasks alter column configuration set default '{}'",
    findings: ["error column tasker_named_tasks.configuration"],
  },
  {
    what: "a column has a default and should not",
    sql: "alter table tasker_tasks alter column initiator set default 'somebody'",
    findings: ["error column tasker_tasks.initiator"],
  },
  {
    what: "a column is of another type",
    sql: "alter table tasker_tasks alter column context type json using context::json",
    findings: ["error column tasker_tasks.context"],
  },
  {
    what: "a column with a default is of another type",
    sql: "alter table tasker_named_tasks alter column version type text",
    findings: ["error column tasker_named_tasks.version"],
  },
  {
    what: "a column that the view reads is of another type",
    sql: `drop view tasker_step_dag_relationships;
          alter table tasker_workflow_steps alter column named_step_id type bigint`,
    findings: ["error column tasker_workflow_steps.named_step_id", "error view tasker_step_dag_relationships"],
  },
  {
    what: "a column may be null",
    sql: "alter table tasker_task_transitions alter column sort_key drop not null",
    findings: ["error column tasker_task_transitions.sort_key"],
  },
  {
    what: "a column may not be null",
    sql: "alter table tasker_tasks alter column source_system set not null",
    findings: ["error column tasker_tasks.source_system"],
  },
  {
    what: "a last column is missing",
    sql: "alter table tasker_workflow_steps drop column skippable",
    findings: ["error column tasker_workflow_steps.skippable"],
  },
  {
    what: "an identity column is an ordinary one",
    sql: `insert into tasker_processes (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at)
            values ('h', 1, '1', now(), now(), 1, now(), now());
          alter table tasker_processes alter column process_id drop identity`,
    findings: ["error column tasker_processes.process_id"],
  },
  {
    what: "somebody added a column that must be given",
    sql: "alter table tasker_tasks add column theirs integer not null",
    findings: ["error column tasker_tasks.theirs"],
    cleanUp: "alter table tasker_tasks drop column theirs",
  },
  {
    what: "a sequence is missing",
    sql: "drop sequence tasker_tasks_task_id_seq cascade",
    findings: ["error sequence tasker_tasks_task_id_seq", "error column tasker_tasks.task_id"],
  },
  {
    what: "a sequence belongs to nobody",
    sql: "alter sequence tasker_tasks_task_id_seq owned by none",
    findings: ["warning sequence tasker_tasks_task_id_seq"],
  },
  {
    what: "a sequence counts in another way",
    sql: "alter sequence tasker_epochs cache 20 cycle",
    findings: ["error sequence tasker_epochs"],
  },
  {
    what: "a sequence of no column is missing",
    sql: "drop sequence tasker_commit_seq",
    findings: ["error sequence tasker_commit_seq"],
  },
  {
    what: "a primary key is missing, and with it the keys that refer to it",
    sql: "alter table tasker_tasks drop constraint tasker_tasks_pkey cascade",
    findings: [
      "error key tasker_tasks_pkey on tasker_tasks",
      "error foreign key tasker_events_task_id_fkey on tasker_events",
      "error foreign key tasker_operator_actions_task_id_fkey on tasker_operator_actions",
      "error foreign key tasker_ready_steps_task_id_fkey on tasker_ready_steps",
      "error foreign key tasker_signals_task_id_fkey on tasker_signals",
      "error foreign key tasker_step_executions_task_id_fkey on tasker_step_executions",
      "error foreign key task_annotations_task_id_foreign on tasker_task_annotations",
      "error foreign key tasker_task_runs_task_id_fkey on tasker_task_runs",
      "error foreign key fk_rails_e8caec803c on tasker_task_transitions",
      "error foreign key workflow_steps_task_id_foreign on tasker_workflow_steps",
    ],
  },
  {
    what: "a foreign key is missing",
    sql: "alter table tasker_workflow_step_edges drop constraint fk_rails_7b4652ccf2",
    findings: ["error foreign key fk_rails_7b4652ccf2 on tasker_workflow_step_edges"],
  },
  {
    what: "a foreign key deletes what refers to it",
    sql: `alter table tasker_task_transitions drop constraint fk_rails_e8caec803c,
          add constraint fk_rails_e8caec803c foreign key (task_id) references tasker_tasks (task_id) on delete cascade`,
    findings: ["error foreign key fk_rails_e8caec803c on tasker_task_transitions"],
  },
  {
    what: "a foreign key was never checked",
    sql: `alter table tasker_task_transitions drop constraint fk_rails_e8caec803c,
          add constraint fk_rails_e8caec803c foreign key (task_id) references tasker_tasks (task_id) not valid`,
    findings: ["warning foreign key fk_rails_e8caec803c on tasker_task_transitions"],
  },
  {
    what: "a foreign key has another name",
    sql: "alter table tasker_tasks rename constraint tasks_named_task_id_foreign to other",
    findings: ["warning foreign key tasks_named_task_id_foreign on tasker_tasks"],
  },
  {
    what: "a check is missing",
    sql: "alter table tasker_processes drop constraint released_only_after_stop",
    findings: ["error key released_only_after_stop on tasker_processes"],
  },
  {
    what: "a unique index is missing",
    sql: "drop index index_tasks_on_identity_hash",
    findings: ["error index index_tasks_on_identity_hash on tasker_tasks"],
  },
  {
    what: "a unique index has lost its condition",
    sql: `drop index idx_on_workflow_step_id_most_recent_97d5374ad6;
          create unique index idx_on_workflow_step_id_most_recent_97d5374ad6
            on tasker_workflow_step_transitions (workflow_step_id, most_recent)`,
    findings: ["error index idx_on_workflow_step_id_most_recent_97d5374ad6 on tasker_workflow_step_transitions"],
  },
  {
    what: "another index is missing",
    sql: "drop index workflow_steps_task_id_index",
    findings: ["warning index workflow_steps_task_id_index on tasker_workflow_steps"],
  },
  {
    what: "an index has another name",
    sql: "alter index tasks_requested_at_index rename to other",
    findings: ["advice index tasks_requested_at_index on tasker_tasks"],
  },
  {
    what: "there are indexes that repeat others",
    sql: `create index theirs on tasker_workflow_step_edges (from_step_id);
          create index copied on tasker_tasks (requested_at);
          create index index_step_edges_dependency_pair on tasker_workflow_step_edges (to_step_id, from_step_id)`,
    findings: [
      "advice redundant index copied on tasker_tasks",
      "advice redundant index theirs on tasker_workflow_step_edges",
      "advice redundant index index_step_edges_dependency_pair on tasker_workflow_step_edges",
    ],
  },
  {
    what: "a view is missing",
    sql: "drop view tasker_step_dag_relationships",
    findings: ["error view tasker_step_dag_relationships"],
  },
  {
    what: "a view has other columns",
    sql: "alter view tasker_step_dag_relationships rename column is_leaf_step to is_leaf",
    findings: ["error view tasker_step_dag_relationships"],
  },
  {
    what: "a function is missing",
    sql: "drop function tasker_claim",
    findings: ["error function tasker_claim"],
  },
  {
    what: "a function has other settings",
    sql: "alter function tasker_commit reset timezone",
    findings: ["error function tasker_commit"],
  },
  {
    what: "a function has another result",
    sql: `drop function tasker_claim;
          create function tasker_claim(
            p_owner bigint, p_kinds integer[], p_kept integer[], p_shared integer, p_limit integer, p_now timestamp)
          returns table (task_id bigint) language sql as 'select 1::bigint'`,
    findings: ["error function tasker_claim"],
  },
  {
    what: "a function takes other arguments",
    sql: `drop function tasker_claim;
          create function tasker_claim(p_owner bigint) returns bigint language sql as 'select 1::bigint'`,
    findings: ["error function tasker_claim"],
    cleanUp: "drop function tasker_claim(bigint)",
  },
  {
    what: "a table has no room for updates",
    sql: "alter table tasker_workflow_steps reset (fillfactor)",
    findings: ["advice table tasker_workflow_steps"],
  },
  {
    what: "tables are missing",
    sql: "drop table tasker_task_runs, tasker_processes, tasker_annotation_types, tasker_task_annotations cascade",
    findings: [
      "error table tasker_annotation_types",
      "error table tasker_processes",
      "error table tasker_task_annotations",
      "error table tasker_task_runs",
      "error foreign key task_annotations_annotation_type_id_foreign on tasker_task_annotations",
      "error foreign key task_annotations_task_id_foreign on tasker_task_annotations",
      "error foreign key tasker_task_runs_task_id_fkey on tasker_task_runs",
    ],
  },
  {
    what: "a migration is not recorded",
    sql: "delete from tasker_migrations where number in (2, 5)",
    findings: ["error migration 0002_ownership", "error migration 0005_claim_function"],
  },
  {
    what: "a migration is not recorded, and half of it is gone",
    sql: "delete from tasker_migrations where number = 2; drop table tasker_definitions",
    findings: ["error table tasker_definitions", "error migration 0002_ownership"],
  },
  {
    what: "the first migration is not recorded",
    sql: "delete from tasker_migrations where number = 1",
    findings: ["error migration 0001_reference_schema"],
  },
  {
    what: "nothing is recorded any more",
    sql: "drop table tasker_migrations",
    findings: ["error table tasker_migrations", expect.stringMatching(/^error migration 0001/)],
  },
  {
    what: "a recorded checksum was edited",
    sql: "update tasker_migrations set checksum = 'other' where number = 3",
    findings: ["error migration 0003_commit_function"],
  },
  {
    what: "the last migrations are not applied",
    sql: "drop function tasker_name_definition; delete from tasker_migrations where number = 7",
    findings: ["error migration 0007_name_definition_function"],
  },
  {
    what: "Rails does not know that its migrations have been applied",
    sql: "delete from schema_migrations where version = '20250710110830'",
    findings: ["warning migration schema_migrations"],
  },
];

const summaries = (findings: readonly Finding[]) =>
  findings.map(({ severity, topic, object }) => `${severity} ${topic} ${object}`);

describeOnPostgres("mending one thing", () => {
  let database: Database;
  let intact: string;
  beforeAll(async () => {
    database = await openTestDatabase({ connections: 1 });
    intact = await dumpSchema(database);
  });
  afterAll(() => database.close());

  test.each(DAMAGES)("where $what", async ({ sql, findings, cleanUp }) => {
    await database.execute(sql);
    const found = await findFaults(database);
    expect(summaries(found).slice(0, findings.length)).toEqual(findings);
    await mend(database, found);
    expect(await findFaults(database)).toEqual([]);
    if (cleanUp !== undefined) await database.execute(cleanUp);
    expect(await dumpSchema(database)).toBe(intact);
  });
});

describeEachDatabase("mending", (open) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  test("has nothing to do on a migrated database", async () => {
    expect(await findFaults(database)).toEqual([]);
  });

  test("much at once works in the order of the findings", async () => {
    const intact = await dumpSchema(database);
    await database.execute(`
      drop view tasker_step_dag_relationships;
      drop table tasker_task_runs, tasker_definitions;
      drop sequence tasker_workflow_steps_workflow_step_id_seq cascade;
      alter table tasker_workflow_steps alter column task_id type integer, alter column retryable drop default;
      alter table tasker_tasks drop constraint tasker_tasks_pkey cascade;
      alter table tasker_tasks reset (fillfactor);
      drop index index_tasker_task_transitions_on_task_id_and_sort_key;
      drop index idx_step_edges_to_from;
      create index theirs on tasker_tasks (named_task_id);
      drop function tasker_submit;
      delete from tasker_migrations where number in (1, 2, 3);
      update tasker_migrations set checksum = '' where number = 6;
      delete from schema_migrations`);
    const found = await findFaults(database);
    expect(found.filter(({ severity }) => severity === "error").length).toBeGreaterThan(12);
    await mend(database, found);
    expect(await findFaults(database)).toEqual([]);
    expect(await dumpSchema(database)).toBe(intact);
  });
});
