import { type OutcomeScript, ScriptPlayer } from "@example/simulation";

/** What a customer has paid for. */
export type Tier = "premium" | "standard" | "basic";

/** A ticket of the support desk. */
export interface Ticket {
  status: string;
  readonly customerId: string;
  readonly tier: Tier;
  readonly paymentId: string;
  readonly customerEmail: string;
}

/** Statuses that the desk answers to its first calls, in the place of its own; null: its own. */
export interface DeskScripts {
  readonly ticket?: OutcomeScript;
  readonly policy?: OutcomeScript;
  readonly update?: OutcomeScript;
}

/** Largest refund that a tier is given without a question to the policy's makers, in cents. */
const LIMITS: Readonly<Record<Tier, number>> = { premium: 50_000, standard: 20_000, basic: 10_000 };
/** A manager decides about what is above this, in cents. */
const APPROVAL_ABOVE = 10_000;

/** The customer service platform, in memory: tickets, and the policy for refunds. */
export class SupportDesk {
  readonly tickets = new Map<string, Ticket>();
  readonly #ticket: ScriptPlayer;
  readonly #policy: ScriptPlayer;
  readonly #update: ScriptPlayer;

  constructor(scripts: DeskScripts = {}) {
    this.#ticket = new ScriptPlayer(scripts.ticket);
    this.#policy = new ScriptPlayer(scripts.policy);
    this.#update = new ScriptPlayer(scripts.update);
    const ada = { customerId: "C-7", tier: "premium", customerEmail: "ada@example.com" } as const;
    this.tickets.set("T-1001", { ...ada, status: "open", paymentId: "pay_abc123" });
    this.tickets.set("T-1002", { ...ada, status: "in_progress", paymentId: "pay_def456" });
  }

  /** A ticket and how it stands; the status `not_found` comes without one. */
  async find(ticketId: string): Promise<{ status: string; ticket?: Ticket }> {
    const ticket = this.tickets.get(ticketId);
    const status = this.#ticket.next() ?? ticket?.status ?? "not_found";
    return ticket === undefined ? { status } : { status, ticket };
  }

  /** Whether the policy gives a customer of this tier so much back, and whether a manager is to be asked. */
  async policyFor(tier: Tier, amountCents: number): Promise<{ status: string; requiresApproval: boolean }> {
    const own = amountCents > LIMITS[tier] ? "denied" : "approved";
    return { status: this.#policy.next() ?? own, requiresApproval: amountCents > APPROVAL_ABOVE };
  }

  /** Closes a ticket; says how it stands then. */
  async resolve(ticketId: string): Promise<string> {
    const scripted = this.#update.next();
    if (scripted !== null) return scripted;
    const ticket = this.tickets.get(ticketId);
    if (ticket === undefined) return "not_found";
    ticket.status = "resolved";
    return ticket.status;
  }
}
