import type { Command } from "commander";
import { z } from "zod";
import { ConfigurationError } from "../../errors/index.ts";
import { rotateKeys } from "../../vault/rotate.ts";
import { auditing } from "../auditing.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { refuseServer, withDatabase } from "../open-command-database.ts";
import { ProgressNotes } from "../progress-notes.ts";
import { readProtection } from "../read-command-configuration.ts";
import type { CommandSession } from "../session.ts";

const RotateOptions = GlobalOptions.extend({ batchSize: z.number().default(500), json: z.boolean().default(false) });

/** Adds `secrets rotate`: brings encrypted values under the current key. */
export function addRotateCommand(secrets: Command, session: CommandSession): void {
  secrets
    .command("rotate")
    .description("bring encrypted values under the first key of engine.encryption_keys; may be stopped and begun again")
    .option("--batch-size <n>", "values in one statement (default: 500)", wholeNumber("--batch-size", 1))
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker secrets rotate")
    .action(async (_options: unknown, command: Command) => {
      await rotate(session, RotateOptions.parse(command.optsWithGlobals()));
    });
}

async function rotate(session: CommandSession, options: z.infer<typeof RotateOptions>): Promise<void> {
  const { io, printer, finish } = session;
  refuseServer(options);
  const { encryption } = await readProtection(options, io);
  if (encryption === null) {
    const expected = "at least one key";
    throw new ConfigurationError(`engine.encryption_keys is empty, expected ${expected}`, {
      context: { option: "engine.encryption_keys", expected },
    });
  }
  const { batchSize } = options;
  const record = auditing(io, {
    action: "secrets.rotate",
    resource: "tasker.configuration",
    resourceId: "engine.encryption_keys",
    details: { key: encryption.currentKeyId },
  });
  const progress = new ProgressNotes(session, !options.json);
  const onProgress = (rotated: number) => progress.tell(rotated, null);
  const report = await withDatabase(options, io, "existing", async (database) => {
    await record(database);
    return rotateKeys(database, encryption, { batchSize, onProgress });
  }).finally(() => progress.end());
  const { rotated, unreadable, unreadableCount } = report;
  if (options.json) printer.json({ rotated, unreadable, unreadable_count: unreadableCount });
  else {
    printer.text(`${report.rotated} values are now under the key ${encryption.currentKeyId}`);
    for (const message of report.unreadable) printer.text(message);
    if (report.unreadableCount > 0) printer.text(`${report.unreadableCount} values stay as they are`);
  }
  finish(report.unreadableCount === 0 ? EXIT.done : EXIT.failed);
}
