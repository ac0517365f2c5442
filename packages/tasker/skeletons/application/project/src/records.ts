import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A record as JSON has it. */
export type StoredRecord = Readonly<Record<string, unknown>>;

/** Where records are: DATA_DIR, or `data` below the working directory. */
function directoryOf(kind: string): string {
  const { DATA_DIR: data = "data" } = process.env;
  return join(data, kind);
}

/**
 * Stores a record once, as a file. It stands for a table of the application: a step can run again after a crash, so what is
 * stored under an id stays.
 * @param kind a name of letters and dashes, such as `orders`
 * @param id a number or name that is the same in every attempt
 * @returns the record that is stored, which another attempt may have written
 */
export async function storeOnce(kind: string, id: number | string, record: StoredRecord): Promise<StoredRecord> {
  const directory = directoryOf(kind);
  const file = join(directory, `${id}.json`);
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(file, `${JSON.stringify(record)}\n`, { flag: "wx" });
    return record;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    return JSON.parse(await readFile(file, "utf8"));
  }
}

/** A message to somebody. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Puts a message into the outbox, once for each step. It stands for a mail provider: give a real one the key, so that it sends once.
 * @param key the same in every attempt
 */
export async function sendOnce(key: number | string, message: Message): Promise<void> {
  await storeOnce("outbox", key, { ...message });
}
