import { isIPv4 } from "node:net";
import { AuthenticationError } from "../../errors/index.ts";
import { type AuthRequest, headerOf } from "./auth-request.ts";
import { isFromOtherSite } from "./other-site.ts";

/** Headers by which proxies say that a request came to them from elsewhere. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip"];

/** Whether an address is one of this machine itself. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return plain === "::1" || (isIPv4(plain) && plain.startsWith("127."));
}

/**
 * Checks that a request was made on this machine: by its address, and, since a browser or a proxy here may pass on what others
 * want, by the headers `host`, `origin`, `sec-fetch-site` and those of proxies. A page of another site has no `origin` where it only
 * reads; a link there is refused as well, because what it leads to may be costly.
 * @throws AuthenticationError
 */
export function requireLoopback(request: AuthRequest): void {
  if (request.transport === "local") return;
  const host = headerOf(request, "host");
  const origin = headerOf(request, "origin");
  const isHere =
    request.address !== null &&
    isLoopback(request.address) &&
    FORWARDED.every((name) => request.headers[name] === undefined) &&
    (host === null || isLocalName(`http://${host}`)) &&
    (origin === null || isLocalName(origin)) &&
    !isFromOtherSite(request);
  if (isHere) return;
  throw new AuthenticationError("origin", "without authentication only requests from this machine itself are answered");
}

function isLocalName(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""));
}
