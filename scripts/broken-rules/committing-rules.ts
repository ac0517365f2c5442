import type { Rule } from "./rule.ts";
import { engineTest, migration, source } from "./sources.ts";

const COMMIT = migration("0003_commit_function");
const ACTIONS = migration("0020_operator_actions");
const STEP_ACTIONS = migration("0021_operator_step_actions");

/** Rules of the statement that writes what happened to tasks, and of those who write beside it. */
export const COMMITTING_RULES: readonly Rule[] = [
  {
    number: 1,
    says: "A commit locks the run rows of its tasks in ascending order, and the scan that locks checks owner, epoch and revision; whoever else writes takes the same lock, raises the revision and marks the row.",
    breaks: [
      {
        by: "checking the owner without a lock",
        edits: [{ file: COMMIT, from: "    for no key update of r\n  ) l;", to: "  ) l;" }],
        test: engineTest(
          "interleavings/lock-then-check",
          "a takeover that commits while the commit waits for it: nothing of the late outcome is written (%s)",
        ),
      },
      {
        by: "checking the owner of a single task without a lock",
        edits: [
          {
            file: COMMIT,
            from: "r.epoch = p_epoch and r.revision = p_revision for no key update;",
            to: "r.epoch = p_epoch and r.revision = p_revision;",
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "a takeover that commits while the commit waits for it: nothing of the late outcome is written (%s)",
        ),
      },
      {
        by: "checking the owner in another scan than the one that locks",
        edits: [
          {
            file: COMMIT,
            from: "    where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r\n",
            to: `    where r.task_id = a.t and exists (
        select from tasker_task_runs q
        where q.task_id = a.t and q.owner_id = p_owner and q.epoch = a.e and q.revision = a.r
      )
`,
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "a takeover that commits while the commit waits for it: nothing of the late outcome is written (%s)",
        ),
      },
      {
        by: "locking in the order in which outcomes came in",
        edits: [
          {
            file: source("engine/batch.ts"),
            from: "[...this.#tasks.values()].sort((a, b) => a.run.taskId - b.run.taskId)",
            to: "[...this.#tasks.values()]",
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "run rows are locked in ascending order, whatever came first: no deadlock",
        ),
      },
      {
        by: "an action that does not lock the run row",
        edits: [
          {
            file: STEP_ACTIONS,
            from: "  perform from tasker_task_runs r where r.task_id = p_task_id for no key update;\n",
            to: "",
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "an action that has begun keeps the commit from its rows: no deadlock",
        ),
      },
      {
        by: "an action that does not raise the revision",
        edits: [
          {
            file: ACTIONS,
            from: "    revision = r.revision + 1,\n    dirty = r.owner_id <> 0,",
            to: "    dirty = r.owner_id <> 0,",
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "an action that comes before the commit raises the revision: the commit is refused as a whole",
        ),
      },
      {
        by: "an action that does not mark the row",
        edits: [
          {
            file: ACTIONS,
            from: "    revision = r.revision + 1,\n    dirty = r.owner_id <> 0,",
            to: "    revision = r.revision + 1,",
          },
        ],
        test: engineTest("actions/on-a-task", "reaches an owner in another process within a poll interval"),
      },
      {
        by: "an owner that does not look for marks",
        edits: [
          {
            file: migration("0005_claim_function"),
            from: "where r.owner_id = p_owner and r.dirty for no key update",
            to: "where r.owner_id = p_owner and false for no key update",
          },
        ],
        test: engineTest(
          "engine/noticing-changes",
          "aborts the handler of a step that was cancelled, at its next look",
        ),
      },
    ],
  },
  {
    number: 3,
    says: "A flip checks again that its row is the current one, and what follows from outcomes (starts, closings, the task's own move) is written only where all of them were accepted.",
    breaks: [
      {
        by: "a flip of a row that is not the current one any more",
        edits: [
          {
            file: COMMIT,
            from: `          select y.ctid from tasker_workflow_step_transitions y
          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_bases) with ordinality as o(t, s, b, o)
        where o.o <= v_outcomes`,
            to: `          select y.id from tasker_workflow_step_transitions y
          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_bases) with ordinality as o(t, s, b, o)
        where o.o <= v_outcomes`,
          },
          {
            file: COMMIT,
            from: `      where x.ctid = o.row_id and x.most_recent is not false
      returning o.s
    )
    select coalesce(array_agg(f.s)`,
            to: `      where x.id = o.row_id
      returning o.s
    )
    select coalesce(array_agg(f.s)`,
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)",
        ),
      },
      {
        by: "a flip in a single task of a row that is not the current one any more",
        edits: [
          {
            file: COMMIT,
            from: "x.sort_key = p_ended_base and x.most_recent is not false;",
            to: "x.sort_key = p_ended_base;",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)",
        ),
      },
      {
        by: "starts that do not ask what became of the outcomes",
        edits: [
          {
            file: COMMIT,
            from: "where m.b < 0 and (v_all or coalesce(m.t in (select unnest(v_accepted)), false))",
            to: "where m.b < 0 and (v_all or coalesce(m.t in (select unnest(v_locked)), false))",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)",
        ),
      },
      {
        by: "a start in a single task that does not ask what became of the outcome",
        edits: [
          {
            file: COMMIT,
            from: `    if not found then
      return query values (p_task);
      return;
    end if;
    insert into tasker_workflow_step_transitions`,
            to: `    if not found then
      return query values (p_task);
      p_ended = null;
    end if;
    insert into tasker_workflow_step_transitions`,
          },
          {
            file: COMMIT,
            from: "    values (p_ended, 'in_progress', p_ended_to,",
            to: "    select p_ended, 'in_progress', p_ended_to,",
          },
          {
            file: COMMIT,
            from: `p_ended_key, true,
      p_now, p_now);`,
            to: `p_ended_key, true,
      p_now, p_now where p_ended is not null;`,
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)",
        ),
      },
      {
        by: "an end of the task that does not ask what became of its outcomes",
        edits: [
          {
            file: COMMIT,
            from: "where a.b >= 0 and (v_all or coalesce(a.t in (select unnest(v_accepted)), false))",
            to: "where a.b >= 0 and (v_all or coalesce(a.t in (select unnest(v_locked)), false))",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)",
        ),
      },
      {
        by: "starts that follow from a closing that was refused",
        edits: [
          {
            file: COMMIT,
            from: "v_accepted = array(select unnest(v_accepted) except all select unnest(v_hindered));",
            to: "v_accepted = v_accepted;",
          },
        ],
        test: engineTest("engine/refusals", "takes with it the start that would have followed"),
      },
    ],
  },
  {
    number: 4,
    says: "An insert reads what the flip returned, a chain of moves has one current row, its last; first rows give way to those of others, and a step's columns follow its rows.",
    breaks: [
      {
        by: "rows that are inserted whatever was flipped",
        edits: [
          {
            file: COMMIT,
            from: "where m.b >= 0 and (v_all or coalesce(m.s in (select unnest(v_flipped)), false));",
            to: "where m.b >= 0;",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)",
        ),
      },
      {
        by: "earlier rows of a chain that are current, too",
        edits: [{ file: COMMIT, from: "e.k, false, p_now, p_now", to: "e.k, true, p_now, p_now" }],
        test: engineTest(
          "interleavings/hot-commits",
          "writes all moves of a step and a task, of which only the last are current",
        ),
      },
      {
        by: "a first row that does not give way",
        edits: [
          {
            file: COMMIT,
            from: `      -- A first row: somebody else may have written one.
      on conflict do nothing
`,
            to: "",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails starts while our start waits for its row is theirs: its columns stay as they are (%s)",
        ),
      },
      {
        by: "a first row in a single task that does not give way",
        edits: [
          {
            file: COMMIT,
            from: `p_begun_key, true, p_now, p_now)
    -- Somebody else may have written one.
    on conflict do nothing;`,
            to: "p_begun_key, true, p_now, p_now);",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails starts while our start waits for its row is theirs: its columns stay as they are (%s)",
        ),
      },
      {
        by: "columns of a step that are written although its row was not",
        edits: [
          {
            file: COMMIT,
            from: "where w.workflow_step_id = m.s and (v_all or coalesce(m.s in (select unnest(v_moved)), false))",
            to: "where w.workflow_step_id = m.s",
          },
        ],
        test: engineTest(
          "interleavings/beside-rails",
          "a step that Rails starts while our start waits for its row is theirs: its columns stay as they are (%s)",
        ),
      },
    ],
  },
  {
    number: 6,
    says: "The order of a task's rows is that of commit numbers, which are drawn when the run row is locked and stand in the metadata with writer and epoch.",
    breaks: [
      {
        by: "a number that is drawn before the lock",
        edits: [
          {
            file: COMMIT,
            from: "  v_first bigint;\n",
            to: "  v_first bigint = nextval('tasker_commit_seq') * 65536;\n",
          },
          { file: COMMIT, from: "  v_first = nextval('tasker_commit_seq') * 65536;\n", to: "" },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "numbers of commits follow the order of the lock, not the order of the calls (%s)",
        ),
      },
      {
        by: "a number of a single task that is drawn before the lock",
        edits: [
          {
            file: COMMIT,
            from: `  v_seq bigint;
`,
            to: `  v_seq bigint = nextval('tasker_commit_seq') * 65536;
`,
          },
          {
            file: COMMIT,
            from: `  v_seq = nextval('tasker_commit_seq') * 65536;
`,
            to: "",
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "numbers of commits follow the order of the lock, not the order of the calls (%s)",
        ),
      },
    ],
  },
  {
    number: 10,
    says: "A batch of which it is not known whether it was committed is sent again: what is refused because it is there counts as written, and its executions go on.",
    breaks: [
      {
        by: "not looking what of a refused batch is there",
        edits: [
          {
            file: source("engine/task-loader.ts"),
            from: "if (refused !== null && host.hasListeners) {",
            to: "if (refused === null && host.hasListeners) {",
          },
          {
            file: source("engine/task-loader.ts"),
            from: "confirmBatch(host.database, refused));",
            to: "confirmBatch(host.database, refused as never));",
          },
        ],
        test: engineTest(
          "engine/odd-databases",
          "may have taken a commit whose answer was lost: nothing runs twice, and its events are told",
        ),
      },
      {
        by: "giving up the executions of a task that is loaded again",
        edits: [
          {
            file: source("engine/task-loader.ts"),
            from: 'const execution = run.executions.get(step.lostExecutionId ?? "");',
            to: 'const execution = run.executions.get("");',
          },
        ],
        test: engineTest(
          "engine/odd-databases",
          "may have taken a commit whose answer was lost: nothing runs twice, and its events are told",
        ),
      },
    ],
  },
];
