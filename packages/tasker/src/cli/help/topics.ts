import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readOwnPackage } from "../own-package.ts";

/** What `tasker help` has a text on, with what it is about. */
export const TOPICS = {
  templates: "which steps a task has, and where their handlers are",
  retries: "when a step is tried again",
  configuration: "where options come from",
  "exit-codes": "what the program ends with",
  "embedded-database": "where tasks are kept without a server",
} as const;

/** Names of the topics. */
export const TOPIC_NAMES: readonly string[] = Object.keys(TOPICS);

/** The text on a topic in Markdown; null if there is no such topic. */
export function readTopic(name: string): string | null {
  if (!TOPIC_NAMES.includes(name)) return null;
  return readFileSync(join(readOwnPackage().directory, "help", `${name}.md`), "utf8");
}
