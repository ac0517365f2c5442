import { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import { filled, list, mapping, oneOf, whole } from "../../config/rules.ts";
import { isLoopback } from "./loopback.ts";

const NAME = "auth.authenticator_options";

const SYMMETRIC = ["HS256", "HS384", "HS512"] as const;
const ASYMMETRIC = [
  ...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
  ...(["ES256", "ES384", "ES512", "EdDSA"] as const),
] as const;

const oneOrMore = (what: string) =>
  z.union([filled(what).transform((text) => [text]), list(filled(what), what).min(1, { error: what })], {
    error: what,
  });

const JwtSchema = mapping({
  issuer: oneOrMore("who may issue tokens: a text, or a list of them"),
  audience: oneOrMore("for whom tokens must be: a text, or a list of them"),
  algorithms: list(oneOf([...SYMMETRIC, ...ASYMMETRIC]), "a list of algorithms")
    .min(1, { error: "an algorithm at least" })
    .default(["RS256", "ES256"]),
  secret: z.string({ error: "a text" }).min(32, { error: "a text of 32 characters or more" }).optional(),
  public_key: filled("a public key in PEM").optional(),
  jwks_url: filled("an address").optional(),
  clock_tolerance_seconds: whole(0, 300).default(5),
  jwks_cache_seconds: whole(1, 86_400).default(600),
  jwks_cooldown_seconds: whole(1, 3_600).default(30),
  roles_claim: filled().default("roles"),
  permissions_claim: filled().default("permissions"),
  namespaces_claim: filled().default("namespaces"),
  name_claim: filled().default("name"),
  default_namespaces: z
    .union([z.literal("all"), list(filled(), "a list of namespaces")], { error: "all, or a list of namespaces" })
    .default([]),
}).superRefine((settings, { addIssue }) => {
  const fail = (key: string, message: string) => addIssue({ code: "custom", path: [key], message });
  const sources = [settings.secret, settings.public_key, settings.jwks_url].filter((source) => source !== undefined);
  if (sources.length !== 1) fail("jwks_url", "exactly one of secret, public_key and jwks_url");
  const isSymmetric = SYMMETRIC.some((name) => settings.algorithms.includes(name));
  const isAsymmetric = ASYMMETRIC.some((name) => settings.algorithms.includes(name));
  // With both, the public key could be used as a secret that everybody knows.
  if (isSymmetric && isAsymmetric) fail("algorithms", "either algorithms with a secret (HS...) or with a public key");
  if (isSymmetric && settings.secret === undefined) fail("algorithms", "no HS... with a public key");
  if (isAsymmetric && settings.secret !== undefined) fail("algorithms", "HS256, HS384 or HS512 with a secret");
  if (settings.jwks_url !== undefined && !isSafeUrl(settings.jwks_url)) {
    fail("jwks_url", "an address that begins with https:// (http:// on this machine itself)");
  }
});

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && (hostname === "localhost" || isLoopback(hostname)));
}

/** Settings of {@link JwtAuthenticator}, complete. */
export type JwtConfig = Readonly<z.output<typeof JwtSchema>>;

/** @throws ConfigurationError that lists everything that is wrong, and does not show the secret */
export function jwtConfig(settings: Readonly<Record<string, unknown>>): JwtConfig {
  return parseSection(NAME, JwtSchema, settings);
}
