import { UsageError } from "../../errors.ts";
import type { Prompt } from "../../io.ts";

/**
 * Asks for a text until it is one.
 * @param usual what an empty answer stands for
 * @param parse throws a UsageError for what cannot be, which is said before it asks again
 * @throws UsageError if nobody answers any more
 */
export async function askText<T>(
  prompt: Prompt,
  question: string,
  usual: string,
  parse: (text: string) => T,
): Promise<T> {
  let said = "";
  for (;;) {
    const answer = await prompt(`${said}${question} [${usual}] `);
    if (answer === null) throw new UsageError("not all was answered: nothing was written");
    try {
      return parse(answer.trim() === "" ? usual : answer.trim());
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      said = `${error.message}\n`;
    }
  }
}

/** Asks for yes or no. @throws UsageError if nobody answers any more */
export function askWhether(prompt: Prompt, question: string, usual: boolean): Promise<boolean> {
  return askText(prompt, question, usual ? "yes" : "no", (text) => {
    if (/^y(es)?$/i.test(text)) return true;
    if (/^no?$/i.test(text)) return false;
    throw new UsageError(`the answer is '${text}', expected yes or no`);
  });
}
