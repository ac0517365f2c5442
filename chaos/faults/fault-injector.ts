import { setTimeout as sleep } from "node:timers/promises";
import { type Database, DatabaseStatementError, DatabaseUnavailableError } from "tasker";
import { applicationName, type Fleet } from "../fleet/fleet.ts";
import { whileAway } from "../fleet/while-away.ts";
import type { Fault } from "../plan/fault.ts";
import type { TakeoverWatch } from "../verdict/takeover-watch.ts";

/** A server that can be brought down and up again. */
interface RestartableServer {
  restart(): Promise<void>;
}

/** What faults are done to. */
export interface FaultInjectorOptions {
  readonly fleet: Fleet;
  readonly server: RestartableServer;
  /** Straight to the server. */
  readonly database: Database;
  readonly watch: TakeoverWatch;
  readonly leaseMs: number;
  /** Called with each fault when it begins. */
  readonly onFault: (fault: Fault) => void;
}

/** Does what a plan of faults says. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  #deployed: Promise<void> = Promise.resolve();

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  /** Injects the faults at their times; resolves when the last one is over. */
  async play(faults: readonly Fault[]): Promise<void> {
    const start = performance.now();
    const under: Promise<void>[] = [];
    for (const fault of faults) {
      await sleep(Math.max(0, fault.atMs - (performance.now() - start)));
      this.#options.onFault(fault);
      under.push(this.#inject(fault));
    }
    await Promise.all(under);
  }

  async #inject(fault: Fault): Promise<void> {
    const { fleet, server, database } = this.#options;
    switch (fault.kind) {
      case "restart":
        return server.restart();
      case "deploy":
        this.#deployed = this.#deploy();
        return this.#deployed;
      case "lock":
        return this.#lock(fault.forMs);
      case "terminate":
        await whileAway(() => database.query(TERMINATE, [applicationName(fault.slot)]));
        return;
      case "cut":
        return fleet.slot(fault.slot).proxy.cut();
      case "clock": {
        const slot = fleet.slot(fault.slot);
        slot.tell({ kind: "clock", offsetMs: fault.offsetMs });
        await sleep(fault.forMs);
        return slot.tell({ kind: "clock", offsetMs: 0 });
      }
      case "block":
        return fleet.slot(fault.slot).tell({ kind: "block", forMs: fault.forMs });
      default:
        return this.#lose(fault);
    }
  }

  /** Kills, stops or cuts off a process for a while. */
  async #lose(fault: Extract<Fault, { readonly kind: "kill" | "stop" | "stall" }>): Promise<void> {
    const { fleet, watch, leaseMs } = this.#options;
    await this.#deployed;
    const slot = fleet.slot(fault.slot);
    const { pid } = slot;
    if (fault.kind === "kill") await slot.kill();
    else if (fault.kind === "stop") slot.signal("SIGSTOP");
    else slot.proxy.stall();
    const over = new AbortController();
    const isLost = fault.kind !== "stall" || fault.forMs > 2 * leaseMs;
    const name = `${fault.kind} of slot ${fault.slot} at ${(fault.atMs / 1_000).toFixed(1)} s`;
    if (pid !== null && isLost) await watch.watch(pid, name, over.signal);
    await sleep(fault.forMs);
    if (fault.kind === "kill") return slot.start();
    if (fault.kind === "stop") slot.signal("SIGCONT");
    else slot.proxy.flow();
    over.abort();
  }

  async #deploy(): Promise<void> {
    for (const slot of this.#options.fleet.slots) {
      await slot.stop();
      slot.release = 2;
      slot.start();
      while (!slot.isReady) await sleep(50);
    }
  }

  /** Holds rows of running tasks, as somebody with a console does who has gone for coffee. */
  async #lock(forMs: number): Promise<void> {
    try {
      await this.#options.database.transaction(async (transaction) => {
        await transaction.execute("set local idle_in_transaction_session_timeout = 0");
        await transaction.query(LOCK);
        await sleep(forMs);
      });
    } catch (error) {
      // The server may be restarted meanwhile, or have others wait for each other.
      if (!(error instanceof DatabaseUnavailableError || error instanceof DatabaseStatementError)) throw error;
    }
  }
}

const TERMINATE = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";

const LOCK = `
  select from tasker_task_runs where owner_id <> 0 and wake_at is not null order by task_id limit 10
  for no key update skip locked`;
