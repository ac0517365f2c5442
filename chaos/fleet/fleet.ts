import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionProxy } from "./connection-proxy.ts";
import { EngineSlot, type SlotOptions } from "./engine-slot.ts";

/** All processes of a run. */
export class Fleet {
  readonly slots: readonly EngineSlot[];

  private constructor(slots: readonly EngineSlot[]) {
    this.slots = slots;
  }

  /**
   * Makes a fleet of which no process runs yet. Each has a way of its own to the server.
   * @param databaseUrl address of the database without a proxy
   */
  static async make(
    size: number,
    databaseUrl: string,
    options: Pick<SlotOptions, "directory" | "onFinding"> & {
      readonly order: Omit<SlotOptions["order"], "databaseUrl">;
    },
  ): Promise<Fleet> {
    const slots: EngineSlot[] = [];
    for (let index = 0; index < size; index += 1) {
      const url = new URL(databaseUrl);
      const proxy = await ConnectionProxy.open(Number(url.port));
      url.port = String(proxy.port);
      url.searchParams.set("application_name", applicationName(index));
      slots.push(new EngineSlot({ ...options, index, proxy, order: { ...options.order, databaseUrl: url.href } }));
    }
    return new Fleet(slots);
  }

  /** The slot of a fault. @throws RangeError there is none */
  slot(index: number): EngineSlot {
    const slot = this.slots[index];
    if (slot === undefined) throw new RangeError(`there is no slot ${index}`);
    return slot;
  }

  /** Resolves when a process runs in every slot and is ready, or after `forMs`. @returns whether all are ready */
  async ready(forMs: number): Promise<boolean> {
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      if (this.slots.every(({ isReady }) => isReady)) return true;
      await sleep(50);
    }
    return false;
  }

  /** Kills what is left and closes everything. For the end of the harness, in whatever way. */
  close(): void {
    for (const slot of this.slots) {
      void slot.kill();
      slot.proxy.close();
    }
  }
}

/** Under which the sessions of a slot's processes are listed by the server. */
export function applicationName(index: number): string {
  return `chaos_${index}`;
}
