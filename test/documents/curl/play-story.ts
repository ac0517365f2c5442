import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { differences } from "./differences.ts";
import type { Scene } from "./story.ts";
import { streamMessages } from "./stream-messages.ts";

const BIN = join(import.meta.dirname, "bin");
const MARK = "--- end of the scene ---";
/** Whom the examples ask. */
export interface Asked {
  readonly url: string;
  readonly token: string;
  /** Resolves when nothing is under way that what was asked for has set off. */
  settle(): Promise<void>;
}

/**
 * Executes the examples of a document one after the other in one shell, as somebody does who copies them, and compares the
 * answers with those that the document shows.
 * @param directory an empty one, for notes
 * @returns what was otherwise, with its place
 */
export async function playStory(scenes: readonly Scene[], asked: Asked, directory: string): Promise<string[]> {
  const record = join(directory, "record");
  const shell = spawn("bash", ["-eu", "-o", "pipefail"], {
    cwd: directory,
    env: {
      ...process.env,
      PATH: `${BIN}${delimiter}${process.env.PATH}`,
      CURL_PATH: process.env.PATH,
      CURL_RECORD: record,
      TASKER_SERVER: asked.url,
      TASKER_TOKEN: asked.token,
    },
  });
  const problems: string[] = [];
  try {
    for (const scene of scenes) {
      await writeFile(record, "");
      const output = await execute(shell, scene);
      problems.push(
        ...judge(scene, output, await readFile(record, "utf8")).map((text) => `${scene.block.place}: ${text}`),
      );
      await asked.settle();
    }
  } finally {
    shell.kill("SIGKILL");
  }
  return problems;
}

/** Has the shell execute a block. @returns what it wrote @throws Error if a command failed */
function execute(shell: ChildProcessWithoutNullStreams, { block }: Scene): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const [written, errors]: [Buffer[], Buffer[]] = [[], []];
  const onData = (part: Buffer) => {
    written.push(part);
    const text = Buffer.concat(written).toString();
    if (text.endsWith(`${MARK}\n`)) resolve(text.slice(0, -MARK.length - 1));
  };
  const onError = (part: Buffer) => void errors.push(part);
  const onClose = () => reject(new Error(`${block.place} failed: ${Buffer.concat([...errors, ...written])}`));
  shell.stdout.on("data", onData);
  shell.stderr.on("data", onError);
  shell.once("close", onClose);
  shell.stdin.write(`${block.code}\necho '${MARK}'\n`);
  return promise.finally(() => {
    shell.stdout.off("data", onData);
    shell.stderr.off("data", onError);
    shell.off("close", onClose);
  });
}

/** What is otherwise than it should be: statuses, and what the block wrote if the document shows it. */
function judge({ answer }: Scene, output: string, record: string): string[] {
  const shown = answer === null ? null : readAnswer(answer.language, answer.code);
  const calls = record.trimEnd().split("\n");
  const refused = refusalIn(shown);
  const wrong = calls.flatMap((call, place) => {
    const status = call.slice(0, 3);
    const isLast = place === calls.length - 1;
    const isRight = refused === null || !isLast ? status.startsWith("2") : refused.test(status);
    return isRight ? [] : [`answered ${status}: curl ${call.slice(4)}\n${output}`];
  });
  if (wrong.length > 0 || answer === null) return wrong;
  const written = readAnswer(answer.language, output);
  return Array.isArray(shown) && answer.language === "text" ? missing(shown, written) : differences(shown, written);
}

/** The messages of a stream that are shown, and to which none fits. When others come is a matter of luck. */
function missing(shown: readonly unknown[], written: unknown): string[] {
  const real: readonly unknown[] = Array.isArray(written) ? written : [];
  return shown
    .filter((message) => !real.some((other) => differences(message, other).length === 0))
    .map((message) => `${JSON.stringify(message)} is shown, and was not told: ${JSON.stringify(real)}`);
}

function readAnswer(language: string, text: string): unknown {
  return language === "json" ? JSON.parse(text) : streamMessages(text);
}

/** The statuses that a shown answer stands for if it is a refusal: of a problem document, or of the paths of the reference. */
function refusalIn(shown: unknown): RegExp | null {
  if (typeof shown !== "object" || shown === null) return null;
  if ("code" in shown && "status" in shown) return new RegExp(`^${shown.status}$`);
  return Object.keys(shown).every((key) => ["error", "message"].includes(key)) ? /^4/ : null;
}
