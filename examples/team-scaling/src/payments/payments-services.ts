import { type OutcomeScript, ScriptPlayer } from "@example/simulation";

/** Statuses that the gateway and the records answer to their first calls, in the place of their own; null: their own. */
export interface PaymentsScripts {
  readonly eligibility?: OutcomeScript;
  readonly refund?: OutcomeScript;
  readonly records?: OutcomeScript;
  readonly mail?: OutcomeScript;
}

/** A refund that the gateway has made. */
export interface Refund {
  readonly refundId: string;
  readonly paymentId: string;
  readonly amountCents: number;
}

/** The payment gateway, the payments team's records and its mail, in memory. */
export class PaymentsServices {
  readonly refunds = new Map<string, Refund>();
  readonly audits = new Map<string, string>();
  readonly mails = new Map<string, { readonly to: string; readonly trackingId: string }>();
  readonly #players: Readonly<Record<keyof PaymentsScripts, ScriptPlayer>>;

  constructor(scripts: PaymentsScripts = {}) {
    this.#players = {
      eligibility: new ScriptPlayer(scripts.eligibility),
      refund: new ScriptPlayer(scripts.refund),
      records: new ScriptPlayer(scripts.records),
      mail: new ScriptPlayer(scripts.mail),
    };
  }

  /** Whether a payment can be given back. */
  async eligibilityOf(_paymentId: string): Promise<string> {
    return this.#players.eligibility.next() ?? "eligible";
  }

  /** Gives money back; two calls with one key do it once. */
  async refund(key: string, paymentId: string, amountCents: number): Promise<{ status: string; refund?: Refund }> {
    const scripted = this.#players.refund.next();
    if (scripted !== null) return { status: scripted };
    const refund = this.refunds.get(key) ?? { refundId: `refund_${this.refunds.size + 1}`, paymentId, amountCents };
    this.refunds.set(key, refund);
    return { status: "processed", refund };
  }

  /** Writes a refund into the books. */
  async record(refundId: string): Promise<{ status: string; auditId?: string }> {
    const scripted = this.#players.records.next();
    if (scripted !== null) return { status: scripted };
    const auditId = this.audits.get(refundId) ?? `audit_${this.audits.size + 1}`;
    this.audits.set(refundId, auditId);
    return { status: "recorded", auditId };
  }

  /** Tells the customer; two calls with one key send one mail. */
  async mail(key: string, to: string): Promise<{ status: string; trackingId?: string }> {
    const scripted = this.#players.mail.next();
    if (scripted !== null) return { status: scripted };
    const mail = this.mails.get(key) ?? { to, trackingId: `mail_${this.mails.size + 1}` };
    this.mails.set(key, mail);
    return { status: "sent", trackingId: mail.trackingId };
  }
}
