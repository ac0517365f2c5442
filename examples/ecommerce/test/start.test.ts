import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const START = fileURLToPath(new URL("../../../scripts/start.mjs", import.meta.url));

/** Runs the demonstration, which works on the build. */
function start(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [START, ...options], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("shows an order whose payment is retried, its audit trail, and how to go on", () => {
  const { status, stdout, stderr } = start("--once");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/process_payment +error .*retry in .*service unavailable/);
  expect(stdout).toMatch(/number +ORD-\d{8}-[0-9A-F]{8}/);
  expect(stdout).toMatch(/total +124\.76 USD/);
  const rows = stdout.matchAll(/^ {2}[\d:.]+ +(\w+) +(\w+) → (\w+)(?: +(\d))?/gm);
  const trail = [...rows].map(([, entity, from, to, attempt]) => [entity, from, to, attempt ?? "-"].join(" "));
  expect(trail).toEqual([
    "task pending in_progress -",
    "validate_cart pending in_progress 1",
    "validate_cart in_progress complete 1",
    "process_payment pending in_progress 1",
    "process_payment in_progress error 1",
    "process_payment error pending -",
    "process_payment pending in_progress 2",
    "process_payment in_progress complete 2",
    "update_inventory pending in_progress 1",
    "update_inventory in_progress complete 1",
    "create_order pending in_progress 1",
    "create_order in_progress complete 1",
    "send_confirmation pending in_progress 1",
    "send_confirmation in_progress complete 1",
    "task in_progress complete -",
  ]);
  expect(stdout.match(/^ {4}npx tasker .*$/gm)).toHaveLength(3);
});

test.each(["--twice", "order.json"])("refuses %s in one line", (argument) => {
  expect(start(argument)).toEqual({
    status: 2,
    stdout: "",
    stderr: `unknown argument '${argument}', expected nothing or --once\n`,
  });
});
