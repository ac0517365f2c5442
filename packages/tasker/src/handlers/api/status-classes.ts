import { z } from "zod";

/** What a status means for the step: `server-error` and `asked-to-wait` are retryable. */
export type StatusClass = "success" | "asked-to-wait" | "server-error" | "permanent";

const RANGE = /^([1-5])xx$|^(\d{3})-(\d{3})$/i;

const entry = { error: 'a status, or a text such as "5xx" or "500-504"' };

/** Statuses: numbers, classes such as `5xx`, or ranges such as `500-504`. */
export const StatusList = z.array(z.union([z.int().min(100).max(599), z.string().regex(RANGE, entry)], entry));
/** Statuses: numbers, classes such as `5xx`, or ranges such as `500-504`. */
export type StatusList = z.infer<typeof StatusList>;

/** Statuses that count otherwise than by default. What is listed twice is a success first, retryable second. */
export interface StatusRules {
  readonly success?: StatusList | null | undefined;
  readonly retryable?: StatusList | null | undefined;
  readonly permanent?: StatusList | null | undefined;
}

/** The client may try again: too slow, too early, too often. */
const RETRYABLE_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 425, 429]);
/** The server will not do it later either: not implemented, version of HTTP not supported. */
const LASTING_SERVER_ERRORS: ReadonlySet<number> = new Set([501, 505]);

/**
 * What a status means. By default: 2xx is a success; 429 and 503 ask to wait; 408, 425 and 5xx but 501 and 505 are errors of
 * the server that may pass; everything else is permanent, redirects that were not followed included.
 */
export function classifyStatus(status: number, rules: StatusRules = {}): StatusClass {
  if (includes(rules.success, status)) return "success";
  const asked = status === 429 || status === 503;
  if (includes(rules.retryable, status)) return asked ? "asked-to-wait" : "server-error";
  if (includes(rules.permanent, status)) return "permanent";
  if (status >= 200 && status <= 299) return "success";
  if (asked) return "asked-to-wait";
  if (RETRYABLE_CLIENT_ERRORS.has(status)) return "server-error";
  return status >= 500 && !LASTING_SERVER_ERRORS.has(status) ? "server-error" : "permanent";
}

function includes(list: StatusList | null | undefined, status: number): boolean {
  return (list ?? []).some((entry) => {
    if (typeof entry === "number") return entry === status;
    const [, group, from, to] = RANGE.exec(entry) ?? [];
    if (group !== undefined) return Math.floor(status / 100) === Number(group);
    return status >= Number(from) && status <= Number(to);
  });
}
