import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";

/** A mail to send. */
export interface Mail {
  /** Two mails with one key are sent once. */
  readonly idempotencyKey: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mail that was sent. */
export interface SentMail extends Mail {
  readonly messageId: string;
}

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** Sends mail into an outbox in memory. Refuses with `invalid_address`. */
export class Mailer {
  readonly #outbox = new Map<string, SentMail>();
  readonly #script: ScriptPlayer;

  /** @param script outcomes of the first calls to {@link send}. Default: none */
  constructor(script: OutcomeScript = []) {
    this.#script = new ScriptPlayer(script);
  }

  /** Every mail sent, oldest first. */
  get outbox(): readonly SentMail[] {
    return [...this.#outbox.values()];
  }

  send(mail: Mail): Promise<Answer<SentMail>> {
    return Promise.resolve(this.#send(mail));
  }

  #send(mail: Mail): Answer<SentMail> {
    const scripted = this.#script.next();
    if (scripted !== null) return refuse(scripted);
    if (!ADDRESS.test(mail.to)) return refuse("invalid_address", `no mail can be sent to ${JSON.stringify(mail.to)}`);
    const earlier = this.#outbox.get(mail.idempotencyKey);
    if (earlier !== undefined) return answer(earlier);
    const sent: SentMail = { ...mail, messageId: `msg_${mail.idempotencyKey}` };
    this.#outbox.set(mail.idempotencyKey, sent);
    return answer(sent);
  }
}
