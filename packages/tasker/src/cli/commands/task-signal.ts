import type { Command } from "commander";
import { z } from "zod";
import { HandlerRegistry } from "../../handlers/registry.ts";
import { createCommandEngine } from "../command-engine.ts";
import { GlobalOptions } from "../global-options.ts";
import { parseJson } from "../input/parse-json.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import type { CommandSession } from "../session.ts";

const SignalCommandOptions = GlobalOptions.extend({
  payload: z.string().optional(),
  sender: z.string().optional(),
  idempotencyKey: z.string().optional(),
  json: z.boolean().default(false),
});
type SignalCommandOptions = z.infer<typeof SignalCommandOptions>;

/** Adds `task signal`: tells a task something that one of its steps waits for, or will wait for. */
export function addSignalCommand(task: Command, session: CommandSession): void {
  task
    .command("signal")
    .description("send a signal to a task; it is kept until a step waits for it")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .argument("<name>", "name of the signal", filledText("name"))
    .option("--payload <json>", "what the step stores (default: null)")
    .option("--sender <name>", "who sends it: stored with it", filledText("--sender"))
    .option(
      "--idempotency-key <key>",
      "sends the task one signal with this key, however often",
      filledText("--idempotency-key"),
    )
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      `\nExample:\n  $ tasker task signal 12 manager_approval --payload '{"approved": true}' --sender grace`,
    )
    .action(async (id: number, name: string, _options: unknown, command: Command) => {
      await sendSignal(session, id, name, SignalCommandOptions.parse(command.optsWithGlobals()));
    });
}

async function sendSignal(
  { io, printer }: CommandSession,
  taskId: number,
  name: string,
  options: SignalCommandOptions,
): Promise<void> {
  const { sender, idempotencyKey } = options;
  const payload = options.payload === undefined ? null : parseJson(options.payload, "--payload");
  const { signalId, created } = await withDatabase(options, io, "existing", async (database) => {
    const engine = createCommandEngine(io, database, new HandlerRegistry(), {}, (text) => printer.note(text));
    return engine.signal(taskId, name, payload, {
      ...(sender === undefined ? {} : { sender }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  });
  if (options.json) printer.json({ signal_id: signalId, created });
  else printer.text(String(signalId));
  if (!created) printer.note(`signal ${signalId} was sent with this idempotency key already; nothing was sent`);
}
