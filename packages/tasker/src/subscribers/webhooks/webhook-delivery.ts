/** One attempt to deliver an event to a webhook. */
export interface WebhookDelivery {
  readonly subscriber: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly taskId: number | null;
  /** Where it was posted to, without what could be a secret; see {@link shownUrl}. */
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
  readonly delivered: boolean;
  /** Status of the answer; null if there was none. */
  readonly status: number | null;
  /** Why it was not delivered; null if it was. */
  readonly error: string | null;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Length from which a part of a path is taken for a token. */
const TOKEN_LENGTH = 20;

/** An address that can be shown: without user, password, query and fragment; parts of the path as long as tokens are hidden. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  const parts = pathname.split("/").map((part) => (part.length < TOKEN_LENGTH ? part : "***"));
  return `${origin}${parts.join("/")}`;
}
