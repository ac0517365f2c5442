import type { Command } from "commander";
import { z } from "zod";

/** Options that every command takes. */
export const GlobalOptions = z.object({ databaseUrl: z.string().optional(), data: z.string().optional() });
export type GlobalOptions = z.infer<typeof GlobalOptions>;

/** Values of the options that all commands share, wherever on the command line they stand. */
export function readGlobalOptions(command: Command): GlobalOptions {
  return GlobalOptions.parse(command.optsWithGlobals());
}
