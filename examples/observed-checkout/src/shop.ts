import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";

/** The systems that a checkout calls, in the order of its steps. */
export const SYSTEMS = ["cart", "payment", "inventory", "orders", "mail"] as const;
/** One of {@link SYSTEMS}. */
export type SystemName = (typeof SYSTEMS)[number];

/** How the simulated shop behaves. */
export interface ShopOptions {
  /** Outcomes of the first calls of a system. Default: none fails. */
  readonly scripts?: Partial<Record<SystemName, OutcomeScript>>;
  /** Seconds that a call of a system takes. Default: 0. */
  readonly latencySeconds?: Partial<Record<SystemName, number>>;
  /** Waits for so many milliseconds, or until the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The systems behind the checkout. Each of their calls takes its time and succeeds unless a script says otherwise. */
export class Shop {
  readonly #options: ShopOptions;
  readonly #players: ReadonlyMap<SystemName, ScriptPlayer>;

  constructor(options: ShopOptions) {
    this.#options = options;
    this.#players = new Map(SYSTEMS.map((name) => [name, new ScriptPlayer(options.scripts?.[name])]));
  }

  /** Calls a system. */
  async call(system: SystemName, signal: AbortSignal): Promise<Answer<true>> {
    const seconds = this.#options.latencySeconds?.[system] ?? 0;
    if (seconds > 0) await this.#options.sleep(seconds * 1_000, signal);
    const reason = this.#players.get(system)?.next() ?? null;
    return reason === null ? answer(true) : refuse(reason);
  }
}
