import type { Command } from "commander";
import { z } from "zod";
import type { ActionResult } from "../../actions/action-result.ts";
import type { OperatorNote } from "../../actions/check-request.ts";
import type { TaskActions } from "../../actions/task-actions.ts";
import { addActionOptions, runAction } from "../action-command.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { readStepName } from "../input/read-step-name.ts";
import type { CommandSession } from "../session.ts";

/** A command that does something to a task as a whole. */
interface TaskCommand {
  readonly name: string;
  readonly description: string;
  readonly act: (actions: TaskActions, taskId: number, note: OperatorNote) => Promise<ActionResult>;
}

const COMMANDS: readonly TaskCommand[] = [
  {
    name: "retry",
    description: "try all failed steps of a task again, at once",
    act: (actions, taskId, note) => actions.retryTask(taskId, note),
  },
  {
    name: "cancel",
    description: "end a task and all its steps that have not ended",
    act: (actions, taskId, note) => actions.cancelTask(taskId, note),
  },
  {
    name: "pause",
    description: "start nothing more of a task; what runs may end",
    act: (actions, taskId, note) => actions.pauseTask(taskId, note),
  },
  {
    name: "resume",
    description: "let a paused task go on",
    act: (actions, taskId, note) => actions.resumeTask(taskId, note),
  },
  {
    name: "resolve",
    description: "close a failed task",
    act: (actions, taskId, note) => actions.resolveTask(taskId, note),
  },
];

const RerunOptions = z.object({ inPlace: z.boolean().default(false) });

/** Adds `task retry`, `cancel`, `pause`, `resume`, `resolve` and `rerun`. */
export function addTaskActionCommands(task: Command, session: CommandSession): void {
  for (const { name, description, act } of COMMANDS) {
    const command = task
      .command(name)
      .description(description)
      .argument("<id>", "id of the task", wholeNumber("id", 1));
    addActionOptions(command)
      .addHelpText("after", `\nExample:\n  $ tasker task ${name} 12 --reason "the gateway is back"`)
      .action((id: number) => runAction(session, command, (actions, note) => act(actions, id, note)));
  }
  const rerun = task
    .command("rerun")
    .description("do a task again from a step on, as a new task that takes over the results above it")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .argument("<step>", "name of the step, or #<id>")
    .option("--in-place", "run a failed task on from there, instead of making a new one");
  addActionOptions(rerun)
    .addHelpText("after", '\nExample:\n  $ tasker task rerun 12 charge --reason "the price was wrong"')
    .action((taskId: number, name: string) => {
      const { inPlace } = RerunOptions.parse(rerun.opts());
      const step = readStepName(name);
      return runAction(session, rerun, (actions, note) =>
        inPlace ? actions.rerunFrom({ taskId, step }, note) : actions.rerunTask({ taskId, step }, note),
      );
    });
}
