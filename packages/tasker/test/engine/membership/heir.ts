import { onTestFinished } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { Engine } from "../../../src/engine/engine.ts";
import type { EngineOptions } from "../../../src/engine/options.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { graphTemplate } from "../../../src/testing/run/graph-template.ts";
import { type LogLine, recordingLog } from "../../../src/testing/run/test-engine.ts";

/**
 * Starts an engine in this process as in production: the machine's clock, a heartbeat of its own thread.
 * @param hold what its first step waits for
 */
export async function startHeir(
  url: string,
  options: Partial<EngineOptions> = {},
  hold: (signal: AbortSignal) => unknown = () => undefined,
): Promise<{ readonly engine: Engine; readonly calls: string[]; readonly lines: LogLine[] }> {
  const database = await openPostgres(url);
  const calls: string[] = [];
  const registry = new HandlerRegistry();
  registry.register(
    graphTemplate("hold -> after", {
      run: async (_task, _sequence, step) => {
        calls.push(step.name);
        if (step.name === "hold") await hold(step.signal);
        return `of ${process.pid}`;
      },
    }),
  );
  const lines: LogLine[] = [];
  const engine = new Engine({ database, registry, log: recordingLog(lines), ...options });
  onTestFinished(async () => {
    await engine.stop({ graceMs: 0 });
    await database.close();
  });
  await engine.start();
  return { engine, calls, lines };
}
