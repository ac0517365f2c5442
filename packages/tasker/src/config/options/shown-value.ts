import { HIDDEN } from "../../secrets/known-secrets.ts";
import { isBareReference } from "../../secrets/reference.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { OPTION_CATALOGUE } from "./option-catalogue.ts";

/** Of its known keys one is secret; what a class of the user's makes of the others, nobody else knows. */
const AUTHENTICATOR = "auth.authenticator_options";
const SECRET = [...OPTION_CATALOGUE].filter(([, { secret }]) => secret === true).map(([path]) => path);
/** What a key is called under which a secret stands. */
const SECRET_NAME = /passw|pwd|secret|token|credential|private|(?:^|_)key$/i;

/**
 * The value at a place as messages may show it: `[secret]` for a secret option and what is within it, for what may have been meant for
 * one where the place is not known, and for mappings that hold such. A reference tells nothing and stays.
 * @param isKnown whether there is such a key
 */
export function shownValue(option: string, value: unknown, isKnown: boolean): unknown {
  if (value === undefined || typeof value === "boolean") return value;
  if (typeof value === "string" && isBareReference(value)) return value;
  return mayBeSecret(option, value, isKnown) ? HIDDEN : value;
}

function mayBeSecret(option: string, value: unknown, isKnown: boolean): boolean {
  const around = SECRET.find(
    (path) => option === path || option.startsWith(`${path}.`) || option.startsWith(`${path}[`),
  );
  if (around === AUTHENTICATOR && option !== around && isKnown) return option.endsWith(".secret");
  if (around !== undefined || (!isKnown && isNamedLikeSecret(option))) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => mayBeSecret(`${option}.${key}`, member, false));
}

function isNamedLikeSecret(option: string): boolean {
  const meant = nearestName(option, OPTION_CATALOGUE.keys());
  return (meant !== null && SECRET.includes(meant)) || SECRET_NAME.test(option.slice(option.lastIndexOf(".") + 1));
}
