/** What a process is started with. */
export interface MemberOrder {
  readonly url: string;
  readonly leaseMs: number;
  readonly stuckAfterMs: number;
}

/** What it is told. */
export type MemberCommand =
  /** Has its event loop stand still. */
  | { readonly kind: "block"; readonly ms: number }
  /** Lets the handlers that hold end. */
  | { readonly kind: "let go" }
  | { readonly kind: "stop" };

/** What it tells. */
export type MemberReport =
  | { readonly kind: "running"; readonly processId: number }
  | { readonly kind: "called"; readonly step: string; readonly taskId: number }
  | { readonly kind: "aborted"; readonly reason: string }
  | { readonly kind: "stopped" }
  | { readonly kind: "log"; readonly message: string };
