import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { addActionOptions, runAction } from "../action-command.ts";
import { addBulkOptions, runBulkAction } from "../bulk-action.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { readStepName } from "../input/read-step-name.ts";
import type { CommandSession } from "../session.ts";

/** A command that does something to a task as a whole. */
interface TaskCommand {
  readonly name: "retry" | "cancel" | "pause" | "resume" | "resolve";
  readonly description: string;
  readonly route: typeof ROUTES.retryTask;
}

const COMMANDS: readonly TaskCommand[] = [
  { name: "retry", description: "try all failed steps of a task again, at once", route: ROUTES.retryTask },
  { name: "cancel", description: "end a task and all its steps that have not ended", route: ROUTES.cancelTask },
  { name: "pause", description: "start nothing more of a task; what runs may end", route: ROUTES.pauseTask },
  { name: "resume", description: "let a paused task go on", route: ROUTES.resumeTask },
  { name: "resolve", description: "close a failed task", route: ROUTES.resolveTask },
];

const RerunOptions = z.object({ inPlace: z.boolean().default(false) });

/** Adds `task retry`, `cancel`, `pause`, `resume`, `resolve` and `rerun`. */
export function addTaskActionCommands(task: Command, session: CommandSession): void {
  for (const { name, description, route } of COMMANDS) {
    const command = task
      .command(name)
      .description(description)
      .argument("[id]", "id of the task; without it, the tasks that the filter fits", wholeNumber("id", 1));
    addBulkOptions(addActionOptions(command))
      .addHelpText(
        "after",
        `\nExamples:\n  $ tasker task ${name} 12 --reason "the gateway is back"` +
          `\n  $ tasker task ${name} --namespace payments --since 2027-01-31T09:00:00Z --dry-run`,
      )
      .action((taskId: number | undefined) =>
        taskId === undefined
          ? runBulkAction(session, command, name)
          : runAction(session, command, (client, body) => client.call(route, { params: { task_id: taskId }, body })),
      );
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
      const from = { from_step: readStepName(name), as_new_task: !inPlace };
      return runAction(session, rerun, (client, body) =>
        client.call(ROUTES.rerunTask, { params: { task_id: taskId }, body: { ...body, ...from } }),
      );
    });
}
