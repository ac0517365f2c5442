import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";

/** A message that a channel got. */
export interface Delivery {
  readonly channel: string;
  readonly text: string;
  readonly messageId: string;
}

const CHANNEL = /^[#@][\w-]+$/;

/** A chat system in memory. Refuses channels whose name is not `#name` or `@name` with `invalid_channel`. */
export class Notifier {
  readonly #deliveries = new Map<string, Delivery>();
  readonly #script: ScriptPlayer;

  readonly #latencySeconds: number;

  /**
   * @param script outcomes of the first calls to {@link post}. Default: none fails
   * @param latencySeconds how long an answer would take; no time passes. Default: 0
   */
  constructor(script: OutcomeScript = [], latencySeconds = 0) {
    this.#script = new ScriptPlayer(script);
    this.#latencySeconds = latencySeconds;
  }

  /** Every message delivered, oldest first. */
  get deliveries(): readonly Delivery[] {
    return [...this.#deliveries.values()];
  }

  /**
   * @param key two posts with one key are delivered once
   * @param patienceSeconds the answer is `timeout` if it would take longer
   */
  post(key: string, channel: string, text: string, patienceSeconds: number): Promise<Answer<Delivery>> {
    return Promise.resolve(this.#post(key, channel, text, patienceSeconds));
  }

  #post(idempotencyKey: string, channel: string, text: string, patienceSeconds: number): Answer<Delivery> {
    const scripted = this.#script.next() ?? (this.#latencySeconds > patienceSeconds ? "timeout" : null);
    if (scripted !== null) return refuse(scripted);
    if (!CHANNEL.test(channel)) return refuse("invalid_channel", `there is no channel ${JSON.stringify(channel)}`);
    const delivery = this.#deliveries.get(idempotencyKey) ?? { channel, text, messageId: `msg_${idempotencyKey}` };
    this.#deliveries.set(idempotencyKey, delivery);
    return answer(delivery);
  }
}
