import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { parseJson } from "../input/parse-json.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const SignalCommandOptions = GlobalOptions.extend({
  payload: z.string().optional(),
  sender: z.string().optional(),
  idempotencyKey: z.string().optional(),
  json: z.boolean().default(false),
});
type SignalCommandOptions = z.infer<typeof SignalCommandOptions>;

/** Adds `task signal`, which is short for `signal send`. */
export function addTaskSignalCommand(task: Command, session: CommandSession): void {
  addSendCommand(task, session, "signal", "short for 'signal send'");
}

/** Adds `signal send`: tells a task something that one of its steps waits for, or will wait for. */
export function addSignalSendCommand(signal: Command, session: CommandSession): void {
  addSendCommand(signal, session, "send", "send a signal to a task; it is kept until a step waits for it");
}

function addSendCommand(parent: Command, session: CommandSession, name: string, description: string): void {
  parent
    .command(name)
    .description(description)
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .argument("<name>", "name of the signal", filledText("name"))
    .option("--payload <json>", "what the step stores (default: null)")
    .option(
      "--sender <name>",
      "who sends it, stored with it (default: the user of the system, or whom the token names)",
      filledText("--sender"),
    )
    .option(
      "--idempotency-key <key>",
      "sends the task one signal with this key, however often",
      filledText("--idempotency-key"),
    )
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      `\nExample:\n  $ tasker ${parent.name()} ${name} 12 manager_approval --payload '{"approved": true}' --sender grace`,
    )
    .action(async (id: number, name: string, _options: unknown, command: Command) => {
      await sendSignal(session, id, name, SignalCommandOptions.parse(command.optsWithGlobals()));
    });
}

async function sendSignal(
  session: CommandSession,
  taskId: number,
  name: string,
  options: SignalCommandOptions,
): Promise<void> {
  const { printer } = session;
  const { sender, idempotencyKey: key } = options;
  const payload = options.payload === undefined ? null : z.json().parse(parseJson(options.payload, "--payload"));
  const answer = await withClient(session, options, (client) =>
    client.call(ROUTES.sendSignal, {
      params: { task_id: taskId },
      body: { name, payload, ...(sender === undefined ? {} : { sender }) },
      headers: key === undefined ? {} : { "idempotency-key": key },
    }),
  );
  const { signal_id: signalId, created } = answer;
  if (options.json) printer.json(answer);
  else printer.text(String(signalId));
  if (!created) printer.note(`signal ${signalId} was sent with this idempotency key already; nothing was sent`);
}
