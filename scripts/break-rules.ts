import { join } from "node:path";
import { RepositoryCopy } from "./broken-rules/repository-copy.ts";
import type { Break, Rule, TestName } from "./broken-rules/rule.ts";
import { RULES } from "./broken-rules/rules.ts";
import { patternOf, runTests, type TestRun } from "./broken-rules/run-tests.ts";
import { rulesTable } from "./broken-rules/table.ts";

// Shows that each rule of docs/interleavings.md has a test that notices when the rule is broken: breaks it in a copy of the
// repository and runs that test, which must fail. Arguments are the numbers of rules; without any, all are broken. With
// `--table` it only prints the table of the rules for the document.

if (process.argv[2] === "--table") {
  console.log(rulesTable(RULES));
  process.exit(0);
}
const wanted = process.argv.slice(2).map(Number);
const unknown = wanted.filter((number) => !RULES.some((rule) => rule.number === number));
if (unknown.length > 0) {
  console.error(`no such rule: ${unknown.join(", ")}`);
  process.exit(2);
}

const rules = wanted.length === 0 ? RULES : RULES.filter(({ number }) => wanted.includes(number));
const copy = new RepositoryCopy(join(import.meta.dirname, ".."));
let killRun = (): void => {};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    killRun();
    copy.remove();
    process.exit(130);
  });
}

try {
  const passed = await passUnbroken(rules);
  const failures = await breakAll(rules, passed);
  process.exitCode = failures === 0 ? 0 : 1;
} finally {
  copy.remove();
}

function run(tests: readonly TestName[], options: { readonly testTimeoutMs?: number } = {}): Promise<TestRun> {
  return runTests(copy.root, tests, {
    ...options,
    onStart: (kill) => {
      killRun = kill;
    },
  });
}

/** The tests that pass before anything is broken; it says what keeps the others from that. */
async function passUnbroken(all: readonly Rule[]): Promise<ReadonlySet<TestName>> {
  const tests = all.flatMap(({ breaks }) => breaks.map(({ test }) => test));
  // All at once keep a machine busy.
  const { passed, failed, trouble } = await run(tests, { testTimeoutMs: 120_000 });
  for (const [name, message] of failed) console.error(`${name}\n${message}`);
  if (trouble !== null) console.error(trouble);
  const isPassed = ({ name }: TestName) => passed.some((found) => new RegExp(`${patternOf(name)}$`).test(found));
  return new Set(tests.filter(isPassed));
}

/** @returns how many breaks were not noticed */
async function breakAll(all: readonly Rule[], passed: ReadonlySet<TestName>): Promise<number> {
  let count = 0;
  let failures = 0;
  for (const { number, says, breaks } of all) {
    console.log(`\n${number}. ${says}`);
    for (const broken of breaks) {
      count += 1;
      const noticed = passed.has(broken.test) ? await isNoticed(broken) : tellOfFailure(broken);
      if (!noticed) failures += 1;
    }
  }
  const summary = failures === 0 ? "all were noticed" : `${failures} were not noticed`;
  console.log(`\n${all.length} rules broken in ${count} ways; ${summary}`);
  return failures;
}

function tellOfFailure({ by, test }: Break): boolean {
  console.log(`  NOT BROKEN  ${by}: ${test.file} "${test.name}" does not pass as it is`);
  return false;
}

async function isNoticed({ by, edits, test }: Break): Promise<boolean> {
  const start = performance.now();
  const { failed, trouble } = await copy.withEdits(edits, () => run([test]));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const noticed = trouble === null && failed.size > 0;
  console.log(`  ${noticed ? "noticed    " : "NOT NOTICED"} ${by} (${seconds} s)`);
  console.log(`              ${test.file} "${test.name}"`);
  const [message] = failed.values();
  if (noticed && message !== undefined) console.log(`              ${message.split("\n", 1)[0]?.slice(0, 160)}`);
  if (trouble !== null) console.log(`              no verdict: ${trouble}`);
  return noticed;
}
