import { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { between, filled, flag, list, mapping, oneOf, whole } from "./rules.ts";

const NETWORK = "an IP address, or a network such as 10.0.0.0/8";
const ORIGIN = "an origin such as https://ops.example.com";

const Network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

const network = () => filled(NETWORK).refine((text) => Network.safeParse(text).success, { error: NETWORK });
const origin = () => filled(ORIGIN).refine(isOrigin, { error: ORIGIN });

/** Shape of the section `server`. */
export const ServerSchema = mapping({
  host: filled("an address").default("127.0.0.1"),
  port: whole(0, 65_535).default(8_377),
  socket: filled("the path of a Unix socket").nullable().default(null),
  tls_cert_file: filled("the path of a file").nullable().default(null),
  tls_key_file: filled("the path of a file").nullable().default(null),
  trusted_proxies: list(network(), "a list of addresses and networks").default([]),
  proxy_headers: oneOf(["x-forwarded", "forwarded"]).default("x-forwarded"),
  cors_origins: list(origin(), "a list of origins").default([]),
  rate_limit_requests: whole(1).nullable().default(10_000),
  rate_limit_window_seconds: whole(1, 86_400).default(10),
  max_body_bytes: whole(1, 250_000_000).default(2_000_000),
  max_answer_bytes: whole(1, 500_000_000).default(50_000_000),
  timeout_seconds: between(0.001, 3_600).default(30),
  compression: flag().default(true),
  shutdown_grace_seconds: between(0, 86_400).default(10),
  live: mapping({
    max_clients: whole(1).default(20_000),
    max_clients_per_principal: whole(1).default(1_000),
    recheck_seconds: between(0.001, 86_400).default(30),
    beat_seconds: between(0.001, 3_600).default(15),
    max_waiting_events: whole(1, 1_000_000).default(5_000),
  }).prefault({}),
}).superRefine(({ tls_cert_file: cert, tls_key_file: key }, { addIssue }) => {
  if ((cert === null) === (key === null)) return;
  const [missing, given] = cert === null ? ["tls_cert_file", "tls_key_file"] : ["tls_key_file", "tls_cert_file"];
  addIssue({ code: "custom", path: [missing], message: `the path of a file, because ${given} is given` });
});

/** The section `server` of a configuration, complete and frozen: what `tasker serve` listens on, and what bounds it. */
export type ServerConfig = Readonly<z.output<typeof ServerSchema>>;

/** Some or all values of the section `server`; those that are missing have their defaults. */
export type ServerSettings = Readonly<z.input<typeof ServerSchema>>;

/**
 * The section `server` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function serverConfig(settings: ServerSettings = {}): ServerConfig {
  return parseSection("server", ServerSchema, settings);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
