/** Nothing but the style sheet of the page itself. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An answer in another form than the usual one of its route. */
export function otherForm(type: string, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  const policy = type === "text/html" ? { "content-security-policy": PAGE_POLICY } : {};
  return new Response(text, { headers: { "content-type": `${type}; charset=utf-8`, ...policy, ...headers } });
}

/** Whether a request accepts a type by its name. */
export function accepts(headers: Headers, type: string): boolean {
  return (headers.get("accept") ?? "").toLowerCase().includes(type);
}
