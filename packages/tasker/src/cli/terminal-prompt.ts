import { createInterface } from "node:readline/promises";
import type { Prompt } from "./io.ts";

/** Asks on the terminal of this process, beside what it prints; null where there is none. */
export function terminalPrompt(): Prompt | null {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) return null;
  return async (question) => {
    const reader = createInterface({ input: stdin, output: stderr });
    const given = new AbortController();
    reader.once("SIGINT", () => given.abort());
    reader.once("close", () => given.abort());
    try {
      return await reader.question(question, { signal: given.signal });
    } catch (error) {
      if (!given.signal.aborted) throw error;
      stderr.write("\n");
      return null;
    } finally {
      reader.close();
    }
  };
}
