import { spawnSync } from "node:child_process";
import { z } from "zod";

// Fails when a package that users install has a known advisory of severity high or above. A registry that cannot tell
// is no reason to fail: the output says so.

const Report = z.union([
  z.object({ metadata: z.object({ vulnerabilities: z.record(z.string(), z.number()) }) }),
  z.object({ message: z.string() }),
]);

const { stdout, status } = spawnSync("npm", ["audit", "--omit=dev", "--audit-level=high", "--json"], {
  encoding: "utf8",
  shell: process.platform === "win32",
});
const report = Report.parse(JSON.parse(stdout));

if ("message" in report) {
  console.warn(`no advisories were checked, the registry answered: ${report.message}`);
} else {
  const { high = 0, critical = 0, total = 0 } = report.metadata.vulnerabilities;
  console.log(`${total} known advisories, ${high + critical} of them high or critical (details: npm audit)`);
  process.exitCode = status === 0 ? 0 : 1;
}
