import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { parseSection } from "../config/parse-section.ts";
import { filled, list, mapping, whole } from "../config/rules.ts";
import type { Database } from "../database/database.ts";
import type { Authenticator } from "./authenticators/authenticator.ts";
import { ChainAuthenticator } from "./authenticators/chain-authenticator.ts";
import { CustomAuthenticator } from "./authenticators/custom-authenticator.ts";
import { JwtAuthenticator } from "./authenticators/jwt-authenticator.ts";
import { NoneAuthenticator } from "./authenticators/none-authenticator.ts";
import { SessionAuthenticator } from "./authenticators/session-authenticator.ts";
import { TokenAuthenticator } from "./authenticators/token-authenticator.ts";
import { type ClassSource, loadClass } from "./load-class.ts";
import { sessionConfig } from "./sessions/session-settings.ts";
import { Sessions } from "./sessions/sessions.ts";
import { TokenDirectory } from "./tokens/token-directory.ts";

/** What authenticators are made with. */
export interface AuthenticatorParts extends ClassSource {
  readonly database: Database;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

type Options = Readonly<Record<string, unknown>>;

const OPTION = "auth.authenticator_options";

const NoOptions = mapping({});
const TokenOptions = mapping({ cache_seconds: whole(0, 10).default(2) });
const ChainOptions = mapping({
  authenticators: list(
    mapping({
      class: filled("none of a chain is 'chain': tokens, jwt, session, or a class of your own"),
      options: z.record(z.string(), z.unknown(), { error: "a mapping" }).default({}),
    }),
    "a list of authenticators",
  ),
});

/**
 * The authenticator that a configuration names, made with its options: `none`, `tokens`, `jwt`, `session`, `chain`, or a class.
 * @throws ConfigurationError, InvalidInterfaceError
 */
export async function makeAuthenticator(
  name: string,
  options: Options,
  parts: AuthenticatorParts,
): Promise<Authenticator> {
  switch (name) {
    case "none":
      parseSection(OPTION, NoOptions, options);
      return new NoneAuthenticator(parts.warn);
    case "tokens": {
      const { cache_seconds: seconds } = parseSection(OPTION, TokenOptions, options);
      const directory = new TokenDirectory({ ...parts, cacheMs: seconds * 1000 });
      return new TokenAuthenticator(directory, parts.clock);
    }
    case "jwt":
      return new JwtAuthenticator(options, parts.clock);
    case "session":
      return new SessionAuthenticator(new Sessions(parts.database, sessionConfig(options), parts.clock));
    case "chain": {
      const { authenticators } = parseSection(OPTION, ChainOptions, options);
      const links: Authenticator[] = [];
      for (const link of authenticators) links.push(await makeAuthenticator(link.class, link.options, parts));
      return new ChainAuthenticator(links);
    }
    default:
      return new CustomAuthenticator(await loadClass("auth.authenticator_class", name, parts), name, options);
  }
}

/** The sessions that an authenticator, or the first of a chain that has some, takes; null: none. */
export function sessionsOf(authenticator: Authenticator): Sessions | null {
  if (authenticator instanceof SessionAuthenticator) return authenticator.sessions;
  if (!(authenticator instanceof ChainAuthenticator)) return null;
  return authenticator.links.map(sessionsOf).find((sessions) => sessions !== null) ?? null;
}
