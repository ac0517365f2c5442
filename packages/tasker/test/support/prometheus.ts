import { spawn } from "node:child_process";
import { describe, inject, onTestFinished } from "vitest";

/** A suite that is left out where there is no Prometheus. */
export const describeWithPrometheus = describe.skipIf(!inject("prometheus"));

/** What promtool says of something; null: nothing is wrong with it. */
export async function promtool(args: readonly string[], input = ""): Promise<string | null> {
  const child = spawn("promtool", [...args], { stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return code === 0 ? null : output;
}

/** Runs a Prometheus until the test ends. @returns the address of its API, when it answers */
export async function startPrometheus(directory: string, configFile: string, port: number): Promise<string> {
  const child = spawn(
    "prometheus",
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const end = performance.now() + 20_000;
  while (
    !(await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > end) throw new Error(`Prometheus did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return url;
}
