// Run before any script of the repository. Plain JavaScript that old Nodes parse; it must import nothing.
// 22.18 is the first Node that runs the repository's TypeScript scripts as they are.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.versions.node} is too old: this repository needs 22.18 or newer. Run "npm ci" without --ignore-scripts (it installs its own Node), or install a newer Node.`,
  );
  process.exit(1);
}
