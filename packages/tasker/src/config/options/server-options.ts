import type { OptionFacts, SectionFacts } from "./option-facts.ts";

const TEST = "server/configured-options.test.ts";

const ours = (says: string, test: string, more: Partial<OptionFacts> = {}): OptionFacts => ({
  says,
  own: true,
  reader: "server/configured-options.ts",
  test: [TEST, test],
  ...more,
});

/** Options of the section `server`. */
export const SERVER_OPTIONS: SectionFacts = {
  host: ours("the address on which the server listens", "host and port: where it listens"),
  port: ours("its port; 0: any that is free", "host and port: where it listens"),
  socket: ours(
    "a Unix socket on which it listens, too: whoever can open it may do everything",
    "socket: listens there, too",
  ),
  tls_cert_file: ours(
    "the file with the certificate, and those between it and its authority, in PEM: the server speaks HTTPS",
    "tls_cert_file and tls_key_file: speaks HTTPS",
  ),
  tls_key_file: ours("the file with the key of the certificate in PEM", "tls_cert_file and tls_key_file: speaks HTTPS"),
  trusted_proxies: ours(
    "addresses and networks of proxies whose word is taken for where a request comes from",
    "trusted_proxies: whose word is taken for where a request comes from",
  ),
  proxy_headers: ours(
    "the headers by which those proxies say it: X-Forwarded-For and X-Forwarded-Proto, or Forwarded",
    "proxy_headers: by which headers they say it",
  ),
  cors_origins: ours("origins whose pages in browsers may call", "cors_origins: whose pages may call"),
  rate_limit_requests: ours(
    "most requests from one address in a window; null: any number",
    "rate_limit_requests and rate_limit_window_seconds: how often one address may ask",
  ),
  rate_limit_window_seconds: ours(
    "length of such a window",
    "rate_limit_requests and rate_limit_window_seconds: how often one address may ask",
    { unit: "seconds" },
  ),
  max_body_bytes: ours("largest body of a request", "max_body_bytes: what is larger is refused", { unit: "bytes" }),
  max_answer_bytes: ours("largest answer but for streams", "max_answer_bytes: what is larger is refused", {
    unit: "bytes",
  }),
  timeout_seconds: ours("longest time for an answer but for streams", "timeout_seconds: how long an answer may take", {
    unit: "seconds",
  }),
  compression: ours("whether answers are compressed for those who can read that", "compression: of large answers"),
  shutdown_grace_seconds: ours(
    "longest time for requests that are under way when the server closes",
    "shutdown_grace_seconds: how long requests under way are waited for",
    { unit: "seconds" },
  ),
  "live.max_clients": ours("most clients that watch at the same time", "live.max_clients: how many may watch"),
  "live.max_clients_per_principal": ours(
    "most of them of one principal",
    "live.max_clients_per_principal: how many of one",
  ),
  "live.recheck_seconds": ours(
    "how often it is looked whether clients may still watch what they watch",
    "live.recheck_seconds: how soon a client whose token was revoked is told no more",
    { unit: "seconds" },
  ),
  "live.beat_seconds": ours(
    "how often clients are told that nothing has happened",
    "live.beat_seconds: how often clients are told that nothing has happened",
    { unit: "seconds" },
  ),
  "live.max_waiting_events": ours(
    "most events that wait for one client",
    "live.max_waiting_events: how many may wait for one client",
  ),
};
