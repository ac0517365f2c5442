#!/usr/bin/env node
// Entry of the command line: plain JavaScript without static imports, so that an old Node gets as far as the message
// below instead of failing on syntax it does not know. It is not compiled, because npm links a command only if its file
// is there at install time, which is before the first build of a fresh clone.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `tasker needs Node 22.19 or newer, this is ${process.versions.node}: install a newer Node (in a clone of the repository: run "npm ci" without --ignore-scripts, which brings one).`,
  );
  process.exit(1);
}

// V8 lets the young generation of its heap grow to 128 MB, most of which is garbage, and takes no other limit once a process runs. So
// a process that works starts anew, in its place, under the limit: a semi-space of 8 MB costs little (docs/benchmarks.md).
const limited = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].some((option) =>
  /max[-_]semi[-_]space/.test(option),
);
if (process.argv.includes("work") && !limited && process.execve !== undefined && process.send === undefined) {
  const options = ["--max-semi-space-size=8", ...process.execArgv];
  process.execve(process.execPath, [process.execPath, ...options, ...process.argv.slice(1)], process.env);
}

const entry = new URL("../dist/cli/main.js", import.meta.url);
const { main } = await import(entry.href).catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || error.url !== entry.href) throw error;
  console.error('tasker is not built yet: run "npm run build" in its repository.');
  process.exit(1);
});
await main(process.argv.slice(2));
