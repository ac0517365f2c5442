import type { ActionOrigin } from "../../actions/check-request.ts";

/** Who does something, and from where. */
export interface AuditActor extends ActionOrigin {
  /** A name, up to 255 characters. */
  readonly actor: string;
}

/** Something that somebody did, as it is written to the audit log. */
export interface AuditEntry extends AuditActor {
  readonly at: Date;
  /** What: `token.create`, `config.set`, up to 64 characters. */
  readonly action: string;
  /** Name of the resource, up to 64 characters: `tasker.token`. */
  readonly resource: string;
  /** Which one of them, up to 255 characters. */
  readonly resourceId?: string | number | undefined;
  /** The namespace that it belongs to; without one only those see it who see all of them. */
  readonly namespace?: string | undefined;
  /** More, by key; no secrets. At most 64,000 bytes of JSON. Default: nothing. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A row of the audit log. */
export interface AuditRecord {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly actorKind: string;
  readonly source: string;
  readonly address: string | null;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly namespace: string | null;
  readonly requestId: string | null;
  readonly details: unknown;
}
