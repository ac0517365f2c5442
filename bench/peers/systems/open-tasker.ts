import { Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { ENGINE_LIMITS, NAMESPACE, templateOf } from "../../engine-session.ts";
import { verifyAudit } from "../../verify-audit.ts";
import type { PeerSession, PeerSetting } from "../peer.ts";

/** Starts an engine on a database that it migrates. */
export async function openTasker({ url, shape, step }: PeerSetting): Promise<PeerSession> {
  const database = await openPostgres(url);
  await migrate(database);
  const registry = new HandlerRegistry();
  registry.register(templateOf({ shape, process: ({ name }) => step(name) }));
  const engine = new Engine({ database, registry, ...ENGINE_LIMITS });
  await engine.start();
  let number = 0;
  return {
    async run(tasks) {
      const requests = Array.from({ length: tasks }, () => ({
        name: shape.name,
        namespace: NAMESPACE,
        context: { number: number++ },
      }));
      const submitted = await engine.submitMany(requests);
      const outcomes = await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
      const other = outcomes.find(({ state }) => state !== "complete");
      if (other !== undefined) throw new Error(`task ${other.taskId} ended in state ${other.state}`);
    },
    verify: (tasks) => verifyAudit(database, { tasks, steps: tasks * shape.steps.length }),
    async close() {
      await engine.stop();
      await database.close();
    },
  };
}
