// Writes the page of the manual into the build, from the program as it was built. Run after tsc.
import { writeFileSync } from "node:fs";
import { runCommandLine } from "../packages/tasker/dist/cli/command-line.js";

let page = "";
const write = (text) => {
  page += text;
};
const terminal = { isTty: false, columns: () => 80, rows: () => 24 };
const io = { stdout: { write }, stderr: process.stderr, env: {}, cwd: "/", terminal };
process.exitCode = await runCommandLine(["help", "--man"], io);
writeFileSync(new URL("../packages/tasker/dist/tasker.1", import.meta.url), page);
