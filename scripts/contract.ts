import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../packages/tasker/test/support/postgres-server.ts";
import { type FuzzRun, fuzz } from "./contract/fuzz.ts";
import { installSchemathesis } from "./contract/install-schemathesis.ts";
import { type ServerProcess, startServer } from "./contract/serve.ts";
import { makeTasks } from "./contract/tasks.ts";

// Holds `tasker serve` to its descriptions: schemathesis makes requests by both documents, valid and invalid ones, and checks
// every answer. With a token that is limited to a namespace, without one, and where nobody has to prove who they are.

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, examples: { type: "string", default: "3" } },
});
const directory = mkdtempSync(join(tmpdir(), "tasker-contract-"));
const program = installSchemathesis(root);
const postgres = await startPostgres({ fsync: false });
const servers: ServerProcess[] = [];
try {
  const { url: databaseUrl } = await postgres.createDatabase();
  const [open, closed] = await Promise.all([
    startServer(databaseUrl, "open.yaml"),
    startServer(databaseUrl, "tokens.yaml"),
  ]);
  servers.push(open, closed);
  await makeTasks(open.url);
  const token = createToken(databaseUrl);
  console.log(`seed ${values.seed}`);
  // Those of the open server come last: they may revoke the token.
  const limited = await runAll([...runsOf("with a token", closed, token), ...runsOf("without a token", closed)]);
  const identity = await fetch(`${closed.url}/v1/identity`, { headers: { authorization: `Bearer ${token}` } });
  if (identity.status !== 200) throw new Error(`the token stopped counting: ${identity.status}`);
  const unlimited = await runAll(runsOf("without authentication", open));
  console.log(`${limited + unlimited} requests`);
} finally {
  for (const server of servers) await server.stop();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

function createToken(databaseUrl: string): string {
  const tasker = join(root, "packages/tasker/bin/tasker.js");
  const grant = ["--permission", "*:*", "--namespace", "open", "--database-url", databaseUrl];
  const made = execFileSync(process.execPath, [tasker, "token", "create", "contract", ...grant], { encoding: "utf8" });
  return made.trim();
}

function runsOf(who: string, { url }: ServerProcess, token: string | null = null): FuzzRun[] {
  // Where nobody is asked, whatever somebody claims to be is as good as nothing.
  const except = who === "without authentication" ? ["ignored_auth"] : [];
  return ["openapi", "openapi-reference"].map((name) => ({
    title: `${name} ${who}`,
    document: `${url}/v1/${name}.json`,
    token,
    except,
  }));
}

/** Runs them side by side. @returns how many requests were made */
async function runAll(runs: readonly FuzzRun[]): Promise<number> {
  const options = { program, seed: Number(values.seed), examples: Number(values.examples), directory };
  const outcomes = await Promise.all(
    runs.map(async (run) => {
      const outcome = await fuzz(run, options);
      console.log(`${outcome.passed ? "ok" : "FAILED"}: ${run.title}, ${outcome.requests} requests`);
      if (!outcome.passed) process.exitCode = 1;
      return outcome;
    }),
  );
  return outcomes.reduce((sum, { requests }) => sum + requests, 0);
}
