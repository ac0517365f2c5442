import type { Rule } from "./rule.ts";
import { engineTest, migration, source } from "./sources.ts";

const SUBMIT = migration("0004_submit_function");
const COMMIT = migration("0003_commit_function");

/** Rules of making tasks and steps, and of handing them on. */
export const SUBMITTING_RULES: readonly Rule[] = [
  {
    number: 19,
    says: "A submit inserts in the order of the identities, and reads duplicates in a second statement, which sees what others committed meanwhile.",
    breaks: [
      {
        by: "inserting in the order of the requests",
        edits: [{ file: SUBMIT, from: "    order by hash_of[q.o]\n", to: "" }],
        test: engineTest(
          "interleavings/submits",
          "take them in the order of their identities, whatever the order of the requests: no deadlock",
        ),
      },
      {
        by: "reading duplicates in the statement that inserts",
        edits: [
          { file: SUBMIT, from: "  is_new boolean[];\n", to: "  is_new boolean[];\n  present bigint[];\n" },
          {
            file: SUBMIT,
            from: "false) order by u.o) into is_new",
            to: "false) order by u.o), array_agg((select k.task_id from tasker_tasks k where k.identity_hash = hash_of[u.o]) order by u.o) into is_new, present",
          },
          {
            file: SUBMIT,
            from: "else (select k.task_id from tasker_tasks k where k.identity_hash = hash_of[u.o]) end",
            to: "else present[u.o] end",
          },
        ],
        test: engineTest(
          "interleavings/submits",
          "give the same task: the one that waited finds what the other has committed meanwhile",
        ),
      },
    ],
  },
  {
    number: 20,
    says: "Items of a fan-out are added once, in the commit of what they come from; a child task is linked by its own submit, and its end locks its parent first; a hand-over follows the last commit; nobody waits for an engine inside an open transaction of the embedded database.",
    breaks: [
      {
        by: "adding items again when a commit is sent again",
        edits: [
          {
            file: COMMIT,
            from: "  where not coalesce(a.t in (select unnest(v_refused)), false) and exists (",
            to: "  where false and exists (",
          },
          {
            file: COMMIT,
            from: "    array_agg(not coalesce(p_added_tasks[q.g] in (select unnest(v_refused)), false) order by q.o)",
            to: "    array_agg(true order by q.o)",
          },
        ],
        test: engineTest("engine/fan-out", "is added once although the answer was lost: %s"),
      },
      {
        by: "a child task without a link",
        edits: [{ file: SUBMIT, from: " t.corr,\n      t.up, t.us, ", to: " t.corr,\n      null, null, " }],
        test: engineTest("engine/waits/child-tasks", "submits it once, although its process dies before or after that"),
      },
      {
        by: "an end of a child task that does not lock its parent first",
        edits: [
          {
            file: COMMIT,
            from: "    cross join lateral (select from tasker_task_runs r where r.task_id = o.id for no key update) l;",
            to: "    where false;",
          },
        ],
        test: engineTest(
          "interleavings/lock-then-check",
          "the end of a child task locks the row of its parent before its own: no deadlock",
        ),
      },
      {
        by: "handing tasks over before the last commit",
        edits: [
          {
            file: source("engine/engine-life.ts"),
            from: "    await this.#claimer.stop();\n",
            to: "    await this.#claimer.stop();\n    await this.#membership.leave();\n",
          },
        ],
        test: engineTest(
          "interleavings/claims-and-takeovers",
          "hands its tasks over after the last commit, however long that takes",
        ),
      },
      {
        by: "waiting for ever inside an open transaction of the embedded database",
        edits: [
          {
            file: source("database/embedded-database.ts"),
            from: "if (this.#current.getStore()?.open !== true) return;",
            to: "if (this.#current.getStore()?.open !== null) return;",
          },
        ],
        test: engineTest(
          "engine/embedded-waiting",
          "throws instead of hanging, whoever has the task; the transaction goes on",
        ),
      },
    ],
  },
];
