import { openPostgres } from "../../../src/database/postgres.ts";
import { Engine } from "../../../src/engine/engine.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { graphTemplate } from "../../../src/testing/run/graph-template.ts";
import type { MemberCommand, MemberOrder, MemberReport } from "./member-messages.ts";

// A process with an engine that runs tasks of one step, which holds until it is let go, whatever its signal says.

const letGo = Promise.withResolvers<void>();
const report = (message: MemberReport) => void process.send?.(message);
process.once("message", (order: MemberOrder) => void run(order));

async function run({ url, ...options }: MemberOrder): Promise<void> {
  const database = await openPostgres(url);
  const registry = new HandlerRegistry();
  registry.register(
    graphTemplate("hold -> after", {
      run: async ({ taskId }, _sequence, { name, signal }) => {
        signal.addEventListener("abort", () => report({ kind: "aborted", reason: String(signal.reason) }));
        report({ kind: "called", step: name, taskId });
        if (name === "hold") await letGo.promise;
        return `of ${process.pid}`;
      },
    }),
  );
  const tell = (_facts: object, message: string) => report({ kind: "log", message });
  const log = { debug() {}, info: tell, warn: tell, error: tell };
  const engine = new Engine({ database, registry, log, pollIntervalMs: 100, ...options });
  process.on("message", (command: MemberCommand) => {
    if (command.kind === "let go") letGo.resolve();
    else if (command.kind === "block") block(command.ms);
    else void stop();
  });
  const stop = async () => {
    await engine.stop({ graceMs: 0 });
    await database.close();
    report({ kind: "stopped" });
    process.disconnect();
  };
  await engine.start();
  report({ kind: "running", processId: engine.statistics().processId });
}

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
