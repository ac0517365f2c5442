import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Given } from "../data/data-set.ts";

/** What `measure.rb` is asked to do. Absent parts are left out. */
export interface RailsJob {
  readonly url: string;
  /** Scopes to read and count. There is no answer for those that `measure.rb` does not know. */
  readonly read?: {
    readonly scopes: readonly string[];
    readonly given: Given;
    readonly rows: number;
    readonly samples: number;
    readonly count_samples: number;
  };
  /** Tasks to load with everything that belongs to them. */
  readonly associated?: { readonly task_ids: readonly number[]; readonly samples: number };
  /** Tasks to make and to run, one transition after the other. */
  readonly life_cycle?: { readonly tasks: number; readonly steps: number };
}

const RailsAnswer = z.strictObject({
  case: z.string(),
  count: z.number(),
  first_ms: z.number().optional(),
  count_ms: z.number().optional(),
  create_ms: z.number().optional(),
  run_ms: z.number().optional(),
});
/** A figure of ActiveRecord's side: medians, in milliseconds. */
export type RailsAnswer = z.infer<typeof RailsAnswer>;

/** Whether Ruby is installed with what `measure.rb` needs. */
export function hasRails(): boolean {
  return spawnSync("ruby", ["-e", 'require "active_record"; require "pg"'], { stdio: "ignore" }).status === 0;
}

/**
 * Runs `measure.rb` in a Ruby process.
 * @returns its answers by the names of the cases
 * @throws Error if Ruby, ActiveRecord or pg are not installed, or the program fails
 */
export async function askRails(job: RailsJob): Promise<ReadonlyMap<string, RailsAnswer>> {
  const ruby = spawn("ruby", [fileURLToPath(new URL("measure.rb", import.meta.url))], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const closed = once(ruby, "close").catch((error: unknown) => {
    throw new Error("ruby cannot be started: on Debian, install ruby-activerecord and ruby-pg", { cause: error });
  });
  ruby.stdin.on("error", () => undefined);
  ruby.stdin.end(JSON.stringify(job));
  const [output, errors, [code]] = await Promise.all([text(ruby.stdout), text(ruby.stderr), closed]);
  if (code !== 0) throw new Error(`measure.rb ended with code ${code}: ${errors.trim().split("\n")[0] ?? ""}`);
  const answers = output.split("\n").filter((line) => line !== "");
  return new Map(answers.map((line) => RailsAnswer.parse(JSON.parse(line))).map((answer) => [answer.case, answer]));
}
