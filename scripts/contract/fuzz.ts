import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CANARY } from "./tasks.ts";

/** Requests that are made by a document's description. */
export interface FuzzRun {
  readonly title: string;
  /** Address of the document. */
  readonly document: string;
  /** Null: none. */
  readonly token: string | null;
  /** Checks of schemathesis that do not apply. */
  readonly except: readonly string[];
}

/** What came of them. */
export interface FuzzOutcome {
  readonly requests: number;
  readonly passed: boolean;
}

/** How it is run. */
export interface FuzzOptions {
  readonly program: string;
  readonly seed: number;
  /** Random requests to each operation, besides those at the bounds of what its schema allows. */
  readonly examples: number;
  /** Where its report goes. */
  readonly directory: string;
}

const Report = z.object({
  test_cases: z.object({ generated: z.int() }),
  complete: z.boolean(),
});

/** Has schemathesis make requests by a document and check every answer; what it finds goes to the output. */
export async function fuzz(run: FuzzRun, { program, seed, examples, directory }: FuzzOptions): Promise<FuzzOutcome> {
  const report = join(directory, `${run.title.replaceAll(/\W+/g, "-")}.json`);
  const config = join(import.meta.dirname, "schemathesis.toml");
  const options = [
    ...["--phases", "coverage,fuzzing", "--max-examples", `${examples}`, "--seed", `${seed}`, "--no-color"],
    // What is valid can be refused for what only the server knows: a template, a cursor, a state.
    ...["--exclude-checks", ["positive_data_acceptance", ...run.except].join(",")],
    ...["--report", "json", "--report-json-path", report],
    ...(run.token === null ? [] : ["--header", `Authorization: Bearer ${run.token}`]),
  ];
  const env = {
    ...process.env,
    PYTHONPATH: import.meta.dirname,
    PYTHONDONTWRITEBYTECODE: "1",
    ...(run.token === null ? {} : { CONTRACT_CANARY: CANARY }),
  };
  const child = spawn(program, ["--config-file", config, "run", run.document, ...options], { cwd: directory, env });
  const output: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => output.push(part));
  child.stderr.on("data", (part: Buffer) => output.push(part));
  const [code] = await once(child, "close");
  if (code !== 0) console.log(Buffer.concat(output).toString("utf8"));
  const { test_cases, complete } = Report.parse(JSON.parse(readFileSync(report, "utf8")));
  return { requests: test_cases.generated, passed: code === 0 && complete };
}
