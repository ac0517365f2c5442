import type { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import { mapping, oneOf, whole } from "../../config/rules.ts";

const SessionSchema = mapping({
  lifetime_minutes: whole(1, 525_600).default(720),
  idle_minutes: whole(1, 525_600).default(60),
  rotation_minutes: whole(1, 525_600).default(15),
  same_site: oneOf(["strict", "lax"]).default("strict"),
});

/** How long sessions last, and to which requests their cookies are sent. */
export type SessionConfig = Readonly<z.output<typeof SessionSchema>>;

/** @throws ConfigurationError that lists everything that is wrong */
export function sessionConfig(settings: unknown = {}): SessionConfig {
  return parseSection("auth.authenticator_options", SessionSchema, settings);
}
