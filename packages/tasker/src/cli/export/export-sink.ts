import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { CommandSession } from "../session.ts";
import { unwritable } from "../write-result.ts";

/** Where an export is written. */
export interface ExportSink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** The file that `--output` names, replacing what it held; else standard output. @throws UsageError if it cannot be written */
export async function openSink({ io, printer }: CommandSession, output: string | undefined): Promise<ExportSink> {
  if (output === undefined) return { write: async (text) => printer.raw(text), close: async () => {} };
  const file = await open(resolve(io.cwd, output), "w").catch((cause: unknown) => {
    throw unwritable(output, cause);
  });
  return {
    async write(text) {
      await file.appendFile(text);
    },
    close: () => file.close(),
  };
}
