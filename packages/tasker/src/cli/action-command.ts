import type { Command } from "commander";
import { z } from "zod";
import type { ActionOutcome } from "../api/shapes/action.ts";
import type { Client } from "../client/client.ts";
import { RequestFailedError } from "../client/request-failed-error.ts";
import { withClient } from "./command-client.ts";
import { EXIT } from "./exit-code.ts";
import { GlobalOptions } from "./global-options.ts";
import { filledText, required } from "./input/parse-option.ts";
import { span } from "./render/span.ts";
import type { CommandSession } from "./session.ts";

/** Values of the options that {@link addActionOptions} adds. */
export const ActionChoice = GlobalOptions.extend({
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

/** What came of an action, or why it cannot be done as things stand. */
type Outcome =
  | z.output<typeof ActionOutcome>
  | { readonly outcome: "refused"; readonly reason: string | null; readonly message: string };

/**
 * Does something to a task and prints what came of it: a line, or one JSON object. The exit code is 1 if it was refused.
 * @param act the action
 */
export async function runAction(
  session: CommandSession,
  command: Command,
  act: (client: Client, body: { readonly reason: string }) => Promise<z.output<typeof ActionOutcome>>,
): Promise<void> {
  const { printer, finish } = session;
  const options = ActionChoice.parse(command.optsWithGlobals());
  const reason = required("--reason", options.reason);
  const result = await withClient(session, options, (client) => orRefusal(act(client, { reason })));
  if (result.outcome === "refused") finish(EXIT.failed);
  if (options.json) printer.json(toJson(result));
  else {
    const tone = result.outcome === "refused" ? "bad" : "good";
    printer.wrapped([span(`${result.outcome} `, tone), span(result.message)], [span("  ")]);
  }
}

async function orRefusal(acting: Promise<z.output<typeof ActionOutcome>>): Promise<Outcome> {
  try {
    return await acting;
  } catch (error) {
    if (!(error instanceof RequestFailedError) || error.problem?.code !== "TASKER_ACTION_REFUSED") throw error;
    return { outcome: "refused", reason: error.problem.reason ?? null, message: error.message };
  }
}

function toJson(result: Outcome) {
  if (result.outcome === "refused") return result;
  const { new_task_id: newTaskId, ...rest } = result;
  return newTaskId === null ? rest : result;
}
