import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommandLine } from "../packages/tasker/src/cli/command-line.ts";

// Writes the reference of commands from the program. Run it after each change of a command; a test fails until that is done.

let page = "";
const write = (text) => {
  page += text;
};
const terminal = { isTty: false, columns: () => 80, rows: () => 24 };
const io = { stdout: { write }, stderr: process.stderr, env: {}, cwd: "/", terminal };
process.exitCode = await runCommandLine(["help", "--markdown"], io);
writeFileSync(join(import.meta.dirname, "../docs/cli.md"), page);
