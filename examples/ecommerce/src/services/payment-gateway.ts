import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer, wait } from "@example/simulation";
import type { Clock } from "tasker";
import type { Cents } from "../money.ts";

/** What is to be charged. */
export interface Charge {
  /** Two calls with one key charge once. */
  readonly idempotencyKey: string;
  readonly amountCents: Cents;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly method: string;
  /** Stands for the card or account. */
  readonly token: string;
}

/** Proof of a charge. */
export interface Receipt {
  readonly paymentId: string;
  readonly transactionId: string;
  readonly amountCents: Cents;
  readonly currency: string;
  readonly method: string;
}

/** Takes payments. */
export interface PaymentGateway {
  /** Charges; `signal` ends the wait for an answer, not necessarily the charge. */
  charge(charge: Charge, signal: AbortSignal): Promise<Answer<Receipt>>;
}

/** How a {@link SimulatedGateway} behaves. */
export interface SimulatedGatewayOptions {
  readonly clock: Clock;
  /** Milliseconds that a `test_timeout_` call takes before the gateway gives up. Default: 2,000. */
  readonly giveUpAfterMs?: number;
  /** Outcomes of the first calls, before the token is looked at. Default: none. */
  readonly script?: OutcomeScript;
  /** Numbers in [0, 1). When given, 5 of 100 charges with an ordinary token fail with `service_unavailable`. */
  readonly random?: () => number;
}

const SUCCESS_RATE = 0.95;

/**
 * A payment gateway in memory. The token's prefix decides:
 *
 * | prefix | answer |
 * | --- | --- |
 * | `test_success_` | charged |
 * | `test_insufficient_` | `insufficient_funds` |
 * | `test_invalid_` | `invalid_card` |
 * | `test_timeout_` | `timeout`, after `giveUpAfterMs` |
 * | `test_rate_limit_` | `rate_limited` |
 * | `test_temp_fail_` | `service_unavailable` for the first call with a key, charged after that |
 * | other | charged, unless `random` says otherwise |
 */
export class SimulatedGateway implements PaymentGateway {
  readonly #clock: Clock;
  readonly #giveUpAfterMs: number;
  readonly #script: ScriptPlayer;
  readonly #random: (() => number) | null;
  readonly #receipts = new Map<string, Receipt>();
  readonly #failedOnce = new Set<string>();

  constructor(options: SimulatedGatewayOptions) {
    this.#clock = options.clock;
    this.#giveUpAfterMs = options.giveUpAfterMs ?? 2_000;
    this.#script = new ScriptPlayer(options.script);
    this.#random = options.random ?? null;
  }

  /** Calls so far, whatever became of them. */
  get calls(): number {
    return this.#script.calls;
  }

  /** Every charge that was made: one per idempotency key. */
  get receipts(): readonly Receipt[] {
    return [...this.#receipts.values()];
  }

  async charge(charge: Charge, signal: AbortSignal): Promise<Answer<Receipt>> {
    const scripted = this.#script.next();
    if (scripted !== null) return refuse(scripted);
    const earlier = this.#receipts.get(charge.idempotencyKey);
    if (earlier !== undefined) {
      return earlier.amountCents === charge.amountCents
        ? answer(earlier)
        : refuse("invalid_request", "the idempotency key was used for another amount");
    }
    const reason = await this.#reasonToRefuse(charge, signal);
    if (reason !== null) return refuse(reason);
    const number = this.#receipts.size + 1;
    const receipt: Receipt = {
      paymentId: `pay_${number}`,
      transactionId: `txn_${charge.idempotencyKey}`,
      amountCents: charge.amountCents,
      currency: charge.currency,
      method: charge.method,
    };
    this.#receipts.set(charge.idempotencyKey, receipt);
    return answer(receipt);
  }

  async #reasonToRefuse({ token, idempotencyKey }: Charge, signal: AbortSignal): Promise<string | null> {
    if (token.startsWith("test_success_")) return null;
    if (token.startsWith("test_insufficient_")) return "insufficient_funds";
    if (token.startsWith("test_invalid_")) return "invalid_card";
    if (token.startsWith("test_rate_limit_")) return "rate_limited";
    if (token.startsWith("test_timeout_")) {
      await wait(this.#clock, this.#giveUpAfterMs, signal);
      return "timeout";
    }
    if (token.startsWith("test_temp_fail_")) {
      if (this.#failedOnce.has(idempotencyKey)) return null;
      this.#failedOnce.add(idempotencyKey);
      return "service_unavailable";
    }
    return this.#random !== null && this.#random() >= SUCCESS_RATE ? "service_unavailable" : null;
  }
}
