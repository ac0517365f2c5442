import type { Admission } from "../../auth/auth.ts";
import { systemClock } from "../../clock/clock.ts";
import { AuthenticationError, AuthorizationError } from "../../errors/index.ts";
import type { RequestFacts } from "../http/call.ts";
import type { ServerParts } from "../server-parts.ts";

/** How long a client may take to get the last message before its connection is cut, in milliseconds. */
const FAREWELL_MS = 5_000;

/** Somebody who wants to watch something. */
export interface Watcher extends Pick<Admission, "principal"> {
  readonly parts: Pick<ServerParts, "clock" | "live">;
  readonly request: Pick<RequestFacts, "transport" | "disconnect">;
  /** Finds out whom the request comes from now. @throws AuthenticationError */
  readonly identify: () => Promise<Admission>;
  /** Whether that one may see all of it. @throws AuthorizationError */
  readonly stillMay: (now: Admission) => Promise<boolean>;
}

/** The stay of a client that watches something. */
export interface Stay {
  /** Its stream was told its last message: it has a moment to take it. */
  readonly farewell: () => void;
  /** It is gone, or was told everything. */
  readonly leave: () => void;
}

/**
 * Lets a client stay for as long as there is a seat, and its credentials count and give what they gave.
 * @param end tells the client that it may no more
 * @throws TooManyRequestsError
 */
export function beginStay(watcher: Watcher, end: () => void): Stay {
  const { parts, principal, request } = watcher;
  const isOfNobody = principal.kind === "anonymous" || request.transport === "local";
  const release = parts.live.seats.take(isOfNobody ? null : principal.id);
  const { expiresAt } = principal;
  const left = expiresAt === undefined ? null : Math.max(0, expiresAt.getTime() - parts.clock.now());
  const cancelExpiry = left === null ? () => {} : parts.clock.after(left, end);
  const unwatch = isOfNobody ? () => {} : parts.live.watchmen.watch(() => mayStay(watcher), end);
  let cancelCut = () => {};
  return {
    farewell: () => {
      cancelCut = systemClock.after(FAREWELL_MS, () => request.disconnect?.());
    },
    leave: () => {
      release();
      cancelExpiry();
      unwatch();
      cancelCut();
    },
  };
}

/** Whether a client is still who it was, and may see what it saw. Where that cannot be found out, it may stay. */
async function mayStay({ identify, stillMay, principal }: Watcher): Promise<boolean> {
  try {
    const now = await identify();
    return now.principal.id === principal.id && (await stillMay(now));
  } catch (error) {
    return !(error instanceof AuthenticationError || error instanceof AuthorizationError);
  }
}
