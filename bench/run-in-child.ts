import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Job } from "./job.ts";
import { Finding } from "./measurement.ts";

const Reply = z.union([z.strictObject({ findings: z.array(Finding) }), z.strictObject({ error: z.string() })]);

/**
 * Runs one benchmark once, in a process of its own: no run profits from code that an earlier one has warmed up, nor
 * carries its memory. The process is ended if `signal` aborts.
 * @throws Error the run failed, or its process ended without an answer
 */
export async function runInChild(job: Job, signal?: AbortSignal): Promise<Finding[]> {
  const child = fork(fileURLToPath(new URL("child.ts", import.meta.url)), { signal });
  let answer: unknown;
  child.once("message", (message) => {
    answer = message;
  });
  // Comes after the last message, which "exit" need not.
  const closed = once(child, "close");
  child.send(job);
  const [code, endedBy] = await closed;
  if (answer === undefined) throw new Error(`${job.bench}: its process ended with ${endedBy ?? `code ${code}`}`);
  const reply = Reply.parse(answer);
  if ("error" in reply) throw new Error(`${job.bench}: ${reply.error}`);
  return reply.findings;
}
