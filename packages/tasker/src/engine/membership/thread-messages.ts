import type { HeartbeatSettings } from "./heartbeat.ts";

/** What the thread of a heartbeat is made with. */
export interface ThreadOrder extends HeartbeatSettings {
  /** Of the database; with the password. */
  readonly url: string;
  /** Of the {@link VitalSigns}. */
  readonly buffer: SharedArrayBuffer;
}

/** The process whose lease is to be renewed. */
export interface FollowCommand {
  readonly kind: "follow";
  readonly processId: number;
  readonly registeredAt: number;
}

/** What the thread is told. */
export type ThreadCommand = FollowCommand | { readonly kind: "stop" };

/** What the thread tells. */
export type ThreadReport =
  | { readonly kind: "renewed"; readonly processId: number }
  | { readonly kind: "declared dead"; readonly processId: number }
  | { readonly kind: "left behind" }
  | { readonly kind: "hint"; readonly payload: string }
  | { readonly kind: "listening"; readonly isListening: boolean }
  | { readonly kind: "trouble"; readonly message: string };
