import { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { filled, flag, mapping, oneOf, whole } from "./rules.ts";

/** What a class is named by: `jwt`, `tokens`, a module with an export such as `./auth.js#Staff`, or a name that the program registers. */
const className = () => filled("the name of a class, or a module such as ./auth.js#Staff");

/** Options that a class is made with; what they may be is the class's to say. */
const classOptions = () => z.record(z.string(), z.unknown(), { error: "a mapping" }).default({});

/** Shape of the section `auth`. */
export const AuthSchema = mapping({
  authentication_enabled: flag().default(false),
  authenticator_class: className().nullable().default(null),
  current_user_method: filled().default("current_user"),
  authenticate_user_method: filled().default("authenticate_user!"),
  authorization_enabled: flag().default(false),
  authorization_coordinator_class: className().default("Tasker::Authorization::BaseCoordinator"),
  user_class: className().nullable().default(null),
  strategy: oneOf(["none", "test", "custom"]).default("none"),
  authenticator_options: classOptions(),
  authorization_options: classOptions(),
  role_file: filled("the path of a file").nullable().default(null),
  max_failed_attempts: whole(1, 1_000_000).nullable().default(60),
  failed_attempts_window_seconds: whole(1, 86_400).default(60),
});

/**
 * The section `auth` of a configuration, complete and frozen. Keys and defaults are those of the reference, and five
 * of our own: `authenticator_options`, `authorization_options`, `role_file`, `max_failed_attempts`, `failed_attempts_window_seconds`. What each does stands in docs/authentication.md.
 */
export type AuthConfig = Readonly<z.output<typeof AuthSchema>>;

/** Some or all values of the section `auth`; those that are missing have their defaults. */
export type AuthSettings = Readonly<z.input<typeof AuthSchema>>;

/**
 * The section `auth` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function authConfig(settings: AuthSettings = {}): AuthConfig {
  return parseSection("auth", AuthSchema, settings);
}
