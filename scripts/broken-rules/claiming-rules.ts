import type { Rule } from "./rule.ts";
import { engineTest, migration, source } from "./sources.ts";

/** Rules of who owns a task. */
export const CLAIMING_RULES: readonly Rule[] = [
  {
    number: 2,
    says: "Tasks are claimed in one statement and read in another one: in the same, they would be read as they were before the lock.",
    breaks: [
      {
        by: "reading tasks in the statement that claims them",
        edits: [
          {
            file: source("engine/claim-tasks.ts"),
            from: '"select task_id, raised from tasker_claim($1, $2, $3, $4, $5, $6)"',
            to: '"select c.task_id, c.raised from tasker_claim($1, $2, $3, $4, $5, $6) c where c.raised is not null or exists (select from tasker_load($1, array[c.task_id]))"',
          },
        ],
        test: engineTest(
          "interleavings/claims-and-takeovers",
          "is loaded as it is when the claim has its lock, not as it was when the claim was asked for",
        ),
      },
    ],
  },
  {
    number: 17,
    says: "Only tasks with a run row are claimed, and those of others get one only where that is asked for; on a shared database a commit looks at the task's own state, and what others do to idle tasks is looked for.",
    breaks: [
      {
        by: "adopting tasks of others unasked",
        edits: [
          {
            file: source("engine/engine.ts"),
            from: "registry, parseAdopt(options.adopt));",
            to: "registry, parseAdopt(options.adopt ?? true));",
          },
        ],
        test: engineTest(
          "engine/adoption",
          "is off unless asked for: nothing is claimed, and nothing more is asked of the database",
        ),
      },
      {
        by: "a commit that does not look at the state of its task",
        edits: [
          {
            file: migration("0003_commit_function"),
            from: "('complete', 'cancelled', 'resolved_manually'))\n    for no key update of r",
            to: "('none'))\n    for no key update of r",
          },
          {
            file: migration("0003_commit_function"),
            from: "), '') in ('complete', 'cancelled', 'resolved_manually')) then",
            to: "), '') in ('none')) then",
          },
        ],
        test: engineTest(
          "engine/cancelled-elsewhere",
          "starts no further step, and holds up no other of the same batch",
        ),
      },
      {
        by: "not looking for what others did to idle tasks",
        edits: [
          {
            file: migration("0019_shared_database_functions"),
            from: "update tasker_task_runs r set revision = r.revision + 1\n    from unnest(v_mine)",
            to: "update tasker_task_runs r set revision = r.revision\n    from unnest(v_mine)",
          },
        ],
        test: engineTest(
          "engine/changes-by-others",
          "a cancelled step: its handler gets the signal, its outcome is dropped",
        ),
      },
    ],
  },
];
