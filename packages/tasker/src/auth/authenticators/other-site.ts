import { type AuthRequest, headerOf } from "./auth-request.ts";

/** Whether a browser made a request for a page of another site: it says so by a header that no page can set. */
export function isFromOtherSite(request: Pick<AuthRequest, "headers">): boolean {
  return headerOf(request, "sec-fetch-site")?.toLowerCase() === "cross-site";
}

/** Whether that page got nothing of the answer: somebody followed a link in it. */
export function isFollowedLink(request: Pick<AuthRequest, "headers" | "method">): boolean {
  const header = (name: string) => headerOf(request, name)?.toLowerCase();
  return request.method === "GET" && header("sec-fetch-mode") === "navigate" && header("sec-fetch-dest") === "document";
}
