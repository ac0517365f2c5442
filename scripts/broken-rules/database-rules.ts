import type { Rule } from "./rule.ts";
import { engineTest, migration, source } from "./sources.ts";

const COMMIT = migration("0003_commit_function");
const REGISTRATION = source("engine/membership/process-registration.ts");

/** Rules of using PostgreSQL. */
export const DATABASE_RULES: readonly Rule[] = [
  {
    number: 5,
    says: "A cursor over rows whose ids are given out before they are committed waits for the transactions that were writing when it looked.",
    breaks: [
      {
        by: "a cursor that passes what is still open",
        edits: [
          {
            file: source("engine/gap-safe-cursor.ts"),
            from: "if (writers.size > 0) addOpen(open, { ...fresh, writers });",
            to: "",
          },
        ],
        test: engineTest(
          "engine/gap-safe-cursor",
          "delivers every row that is committed, whatever transactions overlap",
        ),
      },
      {
        by: "looking for writers by another lock than theirs",
        edits: [
          {
            file: migration("0033_event_log_functions"),
            from: "l.mode = 'RowExclusiveLock'",
            to: "l.mode = 'ShareLock'",
          },
        ],
        test: engineTest(
          "engine/changes-by-others",
          "in a transaction that was open at the time, and behind one that stays open",
        ),
      },
    ],
  },
  {
    number: 13,
    says: "A commit is one statement; a transaction of several is ended by the server when its process falls silent; takeovers and claims pass over locked rows; READ COMMITTED is checked when connecting.",
    breaks: [
      {
        by: "a commit in a transaction of several statements",
        edits: [
          {
            file: source("engine/lane.ts"),
            from: "if (meter === null) return commitBatch(database, processId, batch);",
            to: "if (meter === null) return database.transaction((on) => commitBatch(on, processId, batch));",
          },
        ],
        test: engineTest("interleavings/hot-commits", "is one statement, which is a transaction by itself"),
      },
      {
        by: "a transaction that may be silent for ever",
        edits: [
          {
            file: source("database/postgres-connection.ts"),
            from: "set local idle_in_transaction_session_timeout =",
            to: "set local idle_session_timeout =",
          },
        ],
        test: engineTest("database/postgres", "ends a transaction whose process fell silent"),
      },
      {
        by: "a takeover that waits for locked rows",
        edits: [
          {
            file: REGISTRATION,
            from: "limit 1000 for no key update of r skip locked",
            to: "limit 1000 for no key update of r",
          },
        ],
        test: engineTest(
          "interleavings/claims-and-takeovers",
          "holds up no takeover of other tasks: it is left for the next look",
        ),
      },
      {
        by: "a claim that waits for locked rows",
        edits: [
          {
            file: migration("0005_claim_function"),
            from: "limit p_limit\n      for no key update of r skip locked",
            to: "limit p_limit\n      for no key update of r",
          },
        ],
        test: engineTest("interleavings/claims-and-takeovers", "holds up no claim of other tasks"),
      },
      {
        by: "taking any isolation level",
        edits: [
          {
            file: source("database/postgres-session.ts"),
            from: 'if (session.isolation !== "read committed") {',
            to: 'if (session.isolation === "") {',
          },
        ],
        test: engineTest("database/postgres", "is refused when its default isolation is not READ COMMITTED"),
      },
    ],
  },
  {
    number: 14,
    says: "No plan that was made while a table was small stays: connections throw their plans away 1, 10 and 60 seconds after their start and then every minute.",
    breaks: [
      {
        by: "plans that are kept",
        edits: [{ file: source("database/postgres-pool.ts"), from: '"discard plans"', to: '"select 1"' }],
        test: engineTest(
          "database/postgres",
          "makes new plans 1, 10 and 60 seconds after a connection was opened, then every minute",
        ),
      },
      {
        by: "plans that are kept on the embedded database",
        edits: [
          {
            file: source("database/embedded-database.ts"),
            from: 'session.execute("discard plans")',
            to: 'session.execute("")',
          },
        ],
        test: engineTest(
          "database/embedded",
          "plans are made anew after a second, so that one made for an empty table does not stay",
        ),
      },
      {
        by: "plans that are first thrown away after a minute",
        edits: [
          {
            file: source("database/plan-expiry.ts"),
            from: "const EARLY_AGES_MS = [1_000, 10_000];",
            to: "const EARLY_AGES_MS = [60_000];",
          },
        ],
        test: engineTest(
          "database/plan-expiry",
          "plans expire 1, 10 and 60 seconds after the connection was opened, then every minute",
        ),
      },
    ],
  },
  {
    number: 15,
    says: "Hot statements are functions that carry their planner settings and their time zone, so that nothing is set for a session that a pooler may give to others; migrations take a lock that ends with their transaction.",
    breaks: [
      {
        by: "a function without planner settings",
        edits: [
          {
            file: COMMIT,
            from: `) returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
`,
            to: ") returns table (refused_task_id bigint)\nlanguage plpgsql\n",
          },
        ],
        test: engineTest(
          "interleavings/hot-commits",
          "carry the settings of their plans and their time zone: nothing depends on the session",
        ),
      },
      {
        by: "a setting that is left in a session which is others', too",
        edits: [
          {
            file: source("database/postgres-session.ts"),
            from: " then set_config('statement_timeout',",
            to: " or true then set_config('statement_timeout',",
          },
        ],
        test: engineTest(
          "database/postgres",
          "behind a pooler keeps nothing in the session that another client could meet",
        ),
      },
      {
        by: "a lock of migrations that stays with the session",
        edits: [
          {
            file: source("database/migrate.ts"),
            from: "select pg_advisory_xact_lock(",
            to: "select pg_advisory_lock(",
          },
        ],
        test: engineTest("database/migrate", "several processes at once apply each migration once"),
      },
      {
        by: "migrations without a lock",
        edits: [
          {
            file: source("database/migrate.ts"),
            from: "select pg_advisory_xact_lock(",
            to: "select abs(",
          },
        ],
        test: engineTest("database/migrate", "several processes at once apply each migration once"),
      },
    ],
  },
  {
    number: 16,
    says: "A commit neither notifies nor takes a lock that commits of other tasks wait for; hints are told in a statement of their own.",
    breaks: [
      {
        by: "a commit that notifies",
        edits: [
          {
            file: COMMIT,
            from: "  v_first = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_first = nextval('tasker_commit_seq') * 65536;\n  perform pg_notify('tasker_' || 'tasker_processes'::regclass::oid, '0:tasks');\n",
          },
          {
            file: COMMIT,
            from: "  v_seq = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_seq = nextval('tasker_commit_seq') * 65536;\n  perform pg_notify('tasker_' || 'tasker_processes'::regclass::oid, '0:tasks');\n",
          },
        ],
        test: engineTest(
          "interleavings/hot-commits",
          "notifies nobody: those who are to look are told in a statement of its own",
        ),
      },
      {
        by: "a commit that takes a global lock",
        edits: [
          {
            file: COMMIT,
            from: "  v_first = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_first = nextval('tasker_commit_seq') * 65536;\n  perform pg_advisory_xact_lock(1);\n",
          },
          {
            file: COMMIT,
            from: "  v_seq = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_seq = nextval('tasker_commit_seq') * 65536;\n  perform pg_advisory_xact_lock(1);\n",
          },
        ],
        test: engineTest(
          "interleavings/hot-commits",
          "holds no lock that another commit would wait for, unless it is of the same task",
        ),
      },
    ],
  },
  {
    number: 18,
    says: "No row of a task or step is locked FOR UPDATE: an insert of Rails would wait for it in its foreign-key check, while we wait for what it has inserted.",
    breaks: [
      {
        by: "locking the task for update",
        edits: [
          {
            file: COMMIT,
            from: "  v_first = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_first = nextval('tasker_commit_seq') * 65536;\n  perform from tasker_tasks k where k.task_id = any (v_locked) for update;\n",
          },
          {
            file: COMMIT,
            from: "  v_seq = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_seq = nextval('tasker_commit_seq') * 65536;\n  perform from tasker_tasks k where k.task_id = p_task for update;\n",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "an open commit holds up no insert of a row that belongs to its task or to another step of it",
        ),
      },
      {
        by: "locking the steps for update",
        edits: [
          {
            file: COMMIT,
            from: "  v_first = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_first = nextval('tasker_commit_seq') * 65536;\n  perform from tasker_workflow_steps w where w.task_id = any (v_locked) for update;\n",
          },
          {
            file: COMMIT,
            from: "  v_seq = nextval('tasker_commit_seq') * 65536;\n",
            to: "  v_seq = nextval('tasker_commit_seq') * 65536;\n  perform from tasker_workflow_steps w where w.task_id = p_task for update;\n",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "an open commit holds up no insert of a row that belongs to its task or to another step of it",
        ),
      },
    ],
  },
];
