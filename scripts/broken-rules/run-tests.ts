import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { TestName } from "./rule.ts";

/** What became of some tests. */
export interface TestRun {
  readonly passed: readonly string[];
  /** Full names of tests that failed, with their messages. */
  readonly failed: ReadonlyMap<string, string>;
  /** Set if there is no verdict: sources that cannot be read, or a statement that the database does not understand. */
  readonly trouble: string | null;
}

const Report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** Signs that the sources make no sense any more, which is not what a test is to notice. */
const NONSENSE =
  /SyntaxError|ReferenceError|is not a function|is not defined|Transform failed|syntax error at|(?:column|relation|function) \S+ does not exist|is ambiguous|Migration \d+_\w+ failed/;

/** How tests are run. */
export interface RunOptions {
  /** Longest time of a test, in milliseconds. Default: that of the configuration. */
  readonly testTimeoutMs?: number;
  /** Is given what ends the run early. */
  readonly onStart: (kill: () => void) => void;
}

/** Runs tests in a copy of the repository. */
export async function runTests(
  root: string,
  tests: readonly TestName[],
  { testTimeoutMs, onStart }: RunOptions,
): Promise<TestRun> {
  const report = join(root, "test-report.json");
  rmSync(report, { force: true });
  const files = [...new Set(tests.map(({ file }) => file))];
  const names = tests.map(({ name }) => patternOf(name)).join("|");
  const child = spawn(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      ...["--reporter=json", `--outputFile=${report}`, `--testNamePattern=(${names})$`],
      ...(testTimeoutMs === undefined ? [] : [`--testTimeout=${testTimeoutMs}`]),
      ...files,
    ],
    {
      cwd: root,
      // A test that failed is not to be tried again; and making an embedded database takes longer than most tests.
      env: {
        ...process.env,
        CI: "",
        TASKER_TEST_EMBEDDED: files.some((file) => file.includes("embedded")) ? "" : "off",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onStart(() => child.kill());
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  await once(child, "close");
  if (!existsSync(report)) return { passed: [], failed: new Map(), trouble: lastLines(output) };
  return judge(Report.parse(JSON.parse(readFileSync(report, "utf8"))));
}

function judge({ testResults }: z.infer<typeof Report>): TestRun {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = results.filter(({ status }) => status === "passed").map(({ fullName }) => fullName);
  const failed = new Map(
    results
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => [fullName, (failureMessages ?? []).join("\n")]),
  );
  const messages = [...failed.values(), ...testResults.map(({ message }) => message)].join("\n");
  if (passed.length === 0 && failed.size === 0) return { passed, failed, trouble: messages || "no test ran" };
  const nonsense = NONSENSE.exec(messages);
  return { passed, failed, trouble: nonsense === null ? null : messages.slice(nonsense.index, nonsense.index + 300) };
}

/** A regular expression for the name of a test as Vitest reports it. */
export function patternOf(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%\w/g, ".*");
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-15).join("\n");
}
