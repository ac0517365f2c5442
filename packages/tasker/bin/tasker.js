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

const entry = new URL("../dist/cli/main.js", import.meta.url);
const { main } = await import(entry.href).catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || error.url !== entry.href) throw error;
  console.error('tasker is not built yet: run "npm run build" in its repository.');
  process.exit(1);
});
await main(process.argv.slice(2));
