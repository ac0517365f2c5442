import type { Rule } from "./rule.ts";
import { engineTest, migration, source } from "./sources.ts";

const SHARING = migration("0029_work_sharing_functions");

/** Rules of attempts, and of the processes that make them. */
export const EXECUTING_RULES: readonly Rule[] = [
  {
    number: 7,
    says: "Every execution has an id of its own, by which its start, its end and its step know it; the number of its attempt may come again. A call that starts executions is repeated under the same nonce, and gets the same answer.",
    breaks: [
      {
        by: "giving a step whatever execution it had before",
        edits: [
          {
            file: source("engine/task-loader.ts"),
            from: 'const execution = run.executions.get(step.lostExecutionId ?? "");',
            to: "const execution = [...run.executions.values()].find((one) => step.lostExecutionId !== null && one.step.stepId === step.stepId);",
          },
        ],
        test: engineTest(
          "interleavings/executions",
          "is that of its execution, not of its number: one that was started again meanwhile does not get it",
        ),
      },
      {
        by: "starting something else when the answer was lost",
        edits: [
          {
            file: SHARING,
            from: "x.process_id = p_process and x.nonce = p_nonce",
            to: "x.process_id = p_process and x.nonce = ''",
          },
        ],
        test: engineTest(
          "engine/sharing/statements",
          "is taken once, by the highest priority first; the same nonce gets the same answer again",
        ),
      },
      {
        by: "an end that is anybody's",
        edits: [
          {
            file: SHARING,
            from: "where x.execution_id = q.x and x.process_id = p_process",
            to: "where x.execution_id = q.x",
          },
        ],
        test: engineTest(
          "engine/sharing/statements",
          "that has ended is not revoked, and ends for nobody but the process that runs it, once",
        ),
      },
    ],
  },
  {
    number: 8,
    says: "Only the owner of a task writes its transitions; who runs a step for it starts and ends the execution by compare-and-set, and the owner, or whoever takes the task over, reads what came of it before it calls anything interrupted.",
    breaks: [
      {
        by: "taking steps of a task that was changed since they were offered",
        edits: [
          {
            file: SHARING,
            from: "where r.task_id = o.task_id and r.epoch = o.epoch and r.revision = o.revision and not r.paused",
            to: "where r.task_id = o.task_id",
          },
        ],
        test: engineTest(
          "engine/sharing/statements",
          "is refused for a task that its process does not own any more, and not taken of one that is paused or was changed",
        ),
      },
      {
        by: "a takeover that does not look for executions elsewhere",
        edits: [
          {
            file: source("engine/task-reader.ts"),
            from: "await loadExecutions(database, processId, shared, resources);",
            to: "await loadExecutions(database, processId, [], resources);",
          },
        ],
        test: engineTest(
          "engine/sharing/outside-steps",
          "goes on when the owner of its task is gone: whoever takes the task over waits for it",
        ),
      },
    ],
  },
  {
    number: 9,
    says: "An interruption is no failure: it publishes none and gives its attempt back in the same commit; a result that comes too late is refused and kept; and a step that was cancelled accepts no further row.",
    breaks: [
      {
        by: "telling of an interruption as of a failure",
        edits: [
          {
            file: source("events/state-event-names.ts"),
            from: "if (metadata.interrupted === true && metadata.permanent !== true) {",
            to: "if (metadata.interrupted === null) {",
          },
        ],
        test: engineTest(
          "engine/takeover",
          "are taken over: the running step is interrupted and runs again, complete ones do not",
        ),
      },
      {
        by: "counting the attempt of a process that is gone",
        edits: [{ file: source("engine/recover-steps.ts"), from: "    step.attempts -= 1;\n", to: "" }],
        test: engineTest(
          "engine/takeover",
          "are taken over: the running step is interrupted and runs again, complete ones do not",
        ),
      },
      {
        by: "dropping a result that comes too late",
        edits: [
          {
            file: SHARING,
            from: "x.process_id = p_process and x.state in ('running', 'revoked')",
            to: "x.process_id = p_process and x.state = 'running'",
          },
        ],
        test: engineTest(
          "engine/sharing/statements",
          "that was revoked ends in vain: its outcome is refused, and kept with the reason",
        ),
      },
      {
        by: "an outcome that replaces whatever row is the current one",
        edits: [
          {
            file: migration("0003_commit_function"),
            from: `          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_bases) with ordinality as o(t, s, b, o)
        where o.o <= v_outcomes`,
            to: `          where y.workflow_step_id = o.s and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_bases) with ordinality as o(t, s, b, o)
        where o.o <= v_outcomes`,
          },
          {
            file: migration("0003_commit_function"),
            from: "where x.workflow_step_id = p_ended and x.sort_key = p_ended_base and x.most_recent is not false;",
            to: "where x.workflow_step_id = p_ended and x.most_recent;",
          },
        ],
        test: engineTest(
          "engine/refusals",
          "is kept: a cancelled step stays cancelled, its handler is aborted, what depends on it does not run",
        ),
      },
    ],
  },
];
