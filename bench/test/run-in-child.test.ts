import { expect, test } from "vitest";
import type { Job } from "../job.ts";
import { runInChild } from "../run-in-child.ts";
import { TINY_SIZES } from "./tiny-sizes.ts";

const job: Job = {
  bench: "resolver",
  databaseUrl: "postgres://none",
  serverPid: null,
  requireDurability: true,
  plot: null,
  sizes: TINY_SIZES,
};

test("a run in a process of its own gives its findings", async () => {
  const findings = await runInChild(job);
  expect(findings).toHaveLength(18);
  expect(findings[0]).toMatchObject({ bench: "resolver", metric: "full_recompute_us", shape: "linear", steps: 3 });
});

test("what goes wrong there is reported here", async () => {
  const impossible = { ...job, sizes: { ...TINY_SIZES, samples: 0 } };
  await expect(runInChild(impossible)).rejects.toThrow(/resolver: .*samples/s);
});

test("the process ends when the invocation is interrupted", async () => {
  await expect(runInChild(job, AbortSignal.abort())).rejects.toThrow(/aborted/);
});
