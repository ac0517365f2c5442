import { openAuth } from "../../../packages/tasker/src/auth/auth.ts";
import { createToken } from "../../../packages/tasker/src/auth/tokens/manage-tokens.ts";
import { authConfig } from "../../../packages/tasker/src/config/auth-config.ts";
import type { Database } from "../../../packages/tasker/src/database/database.ts";
import { Engine } from "../../../packages/tasker/src/engine/engine.ts";
import { PermanentError } from "../../../packages/tasker/src/errors/index.ts";
import { DurableSubscriber } from "../../../packages/tasker/src/event-log/durable-subscriber.ts";
import { defineTask } from "../../../packages/tasker/src/handlers/define-task/define-task.ts";
import { HandlerRegistry } from "../../../packages/tasker/src/handlers/registry.ts";
import { openServer } from "../../../packages/tasker/src/server/open-server.ts";
import { Metrics } from "../../../packages/tasker/src/telemetry/metrics/metrics.ts";
import { until } from "../../../packages/tasker/test/support/engine-harness.ts";
import type { Asked } from "./play-story.ts";

/** A server on a port of this machine, with an engine that works. */
export interface Shop extends Asked {
  close(): Promise<void>;
}

/** Steps of orders; see docs/rest-api.md, which tells what they do. */
function orderTemplate() {
  const asked = new Set<number>();
  return defineTask<{ order_id: number }>({ name: "order", namespace: "shop" })
    .step("reserve_stock", {
      process: () => {
        throw new PermanentError("the warehouse does not answer");
      },
    })
    .step("charge_card", {
      process: ({ taskId }) => {
        if (asked.has(taskId)) return { paid: true };
        asked.add(taskId);
        throw new PermanentError("the bank does not answer");
      },
    })
    .waitForSignal("approval", { signal: "manager_approval", dependsOn: ["reserve_stock", "charge_card"] })
    .step("ship", { dependsOn: ["approval"], process: () => ({ parcel: "p-1" }) })
    .build();
}

/** A task that does what it is to do, and is over. */
function voucherTemplate() {
  return defineTask({ name: "voucher", namespace: "shop" })
    .step("send", { process: () => ({ sent: true }) })
    .build();
}

/**
 * Opens the shop of the documents: orders and vouchers, a subscriber `billing` that could not take the ends of three vouchers, and
 * a circuit that is open. The token may do everything.
 */
export async function openShop(database: Database): Promise<Shop> {
  const registry = new HandlerRegistry();
  for (const template of [orderTemplate(), voucherTemplate()]) registry.register(template);
  const engine = new Engine({ database, registry });
  await engine.start();
  await leaveLetters(engine, database);
  await database.execute(`
    insert into tasker_circuits (namespace, name, state, since, next_probe_at, detail, version, updated_at)
    values ('payments', 'bank', 'open', now(), now() + interval '1 minute', '{}', 1, now())`);
  const settings = {
    authentication_enabled: true,
    authorization_enabled: true,
    authenticator_class: "chain",
    authenticator_options: { authenticators: [{ class: "tokens" }, { class: "session" }] },
  };
  const auth = await openAuth(authConfig(settings), { database });
  const sources = { cwd: import.meta.dirname, variables: {} };
  const server = await openServer({ database, engine, registry, auth, sources, metrics: new Metrics() });
  const { url } = await server.listen({ port: 0 });
  const by = { actor: "docs", actorKind: "system", source: "test" } as const;
  const { secret: token } = await createToken(database, { name: "docs", roles: ["admin"] }, by);
  return {
    url,
    token,
    settle: () => until(() => isAtRest(database), "the tasks"),
    async close() {
      await server.close({ graceMs: 0 });
      await engine.stop({ graceMs: 0 });
    },
  };
}

/** Has three vouchers sent, of which `billing` can take none. */
async function leaveLetters(engine: Engine, database: Database): Promise<void> {
  for (const customer of [1, 2, 3]) {
    const { taskId } = await engine.submit({ name: "voucher", namespace: "shop", context: { customer } });
    await engine.settled(taskId);
  }
  const billing = new DurableSubscriber({
    ...{ database, name: "billing", events: ["task.completed"], from: "beginning", deadLetterAfter: 1, pollMs: 20 },
    handle: () => {
      throw new Error("the mailer does not answer");
    },
  });
  await billing.start();
  await until(async () => {
    const [row] = await database.query("select count(*)::int as count from tasker_dead_letters");
    return row?.count === 3;
  }, "the dead letters");
  await billing.stop();
}

/** Whether every task is over, has failed, or waits for a signal that nobody has sent. */
async function isAtRest(database: Database): Promise<boolean> {
  const [row] = await database.query(`
    select not exists (
      select from tasker_tasks t
      left join tasker_task_transitions x on x.task_id = t.task_id and x.most_recent
      where coalesce(x.to_state, 'pending') in ('pending', 'in_progress')
        and not exists (
          select from tasker_workflow_steps w
          join tasker_named_steps n using (named_step_id)
          join tasker_workflow_step_transitions y on y.workflow_step_id = w.workflow_step_id and y.most_recent
          where w.task_id = t.task_id and n.name = 'approval' and y.to_state = 'in_progress'
            and not exists (select from tasker_signals g where g.task_id = t.task_id and g.consumed_at is null)
        )
    ) as rests`);
  return row?.rests === true;
}
