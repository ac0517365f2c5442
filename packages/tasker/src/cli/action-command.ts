import type { Command } from "commander";
import { z } from "zod";
import type { ActionResult } from "../actions/action-result.ts";
import type { OperatorNote } from "../actions/check-request.ts";
import { TaskActions } from "../actions/task-actions.ts";
import { currentUser } from "./current-user.ts";
import { EXIT } from "./exit-code.ts";
import { GlobalOptions } from "./global-options.ts";
import { filledText, required } from "./input/parse-option.ts";
import { withDatabase } from "./open-command-database.ts";
import { span } from "./render/span.ts";
import type { CommandSession } from "./session.ts";

/** Values of the options that {@link addActionOptions} adds. */
const ActionChoice = GlobalOptions.extend({
  actor: z.string().optional(),
  reason: z.string().optional(),
  json: z.boolean().default(false),
});

/** Adds the options of a command that does something to a task. */
export function addActionOptions(command: Command): Command {
  return command
    .option("--reason <text>", "why, for the audit trail (needed)", filledText("--reason"))
    .option("--actor <name>", "who, for the audit trail (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object");
}

/**
 * Does something to a task and prints what came of it: a line, or one JSON object. The exit code is 1 if it was refused.
 * @param act the action
 */
export async function runAction(
  { io, printer, finish }: CommandSession,
  command: Command,
  act: (actions: TaskActions, note: OperatorNote) => Promise<ActionResult>,
): Promise<void> {
  const options = ActionChoice.parse(command.optsWithGlobals());
  const note: OperatorNote = {
    actor: options.actor ?? currentUser(io),
    reason: required("--reason", options.reason),
    origin: { actorKind: "cli", source: "cli" },
  };
  const result = await withDatabase(options, io, "existing", (database) =>
    act(new TaskActions({ database, clock: io.clock }), note),
  );
  if (result.outcome === "refused") finish(EXIT.failed);
  if (options.json) printer.json(toJson(result));
  else if (result.outcome === "refused") printer.wrapped([span("refused ", "bad"), span(result.message)], [span("  ")]);
  else printer.wrapped([span(`${result.outcome} `, "good"), span(result.message)], [span("  ")]);
}

function toJson(result: ActionResult) {
  const { outcome, action, taskId, step, message } = result;
  return {
    outcome,
    action,
    task_id: taskId,
    step_id: step?.id ?? null,
    step_name: step?.name ?? null,
    ...(result.outcome === "done" ? { moved_steps: result.movedSteps } : { reason: result.reason }),
    ...(result.outcome === "refused" || result.newTaskId === null ? {} : { new_task_id: result.newTaskId }),
    message,
  };
}
