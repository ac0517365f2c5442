import { InvalidRequestError } from "../../errors/index.ts";
import { textDefect } from "../../text/text-defect.ts";
import { patternDefect } from "../authorization/permission-pattern.ts";
import type { NamespaceScope } from "../principal.ts";

/** An API token that is to be made. */
export interface NewToken {
  /** 1 to 255 characters. */
  readonly name: string;
  /** Names of roles. Default: none. */
  readonly roles?: readonly string[];
  /** Permissions, also with `*`: `tasker.task:*`. Default: none. */
  readonly permissions?: readonly string[];
  /** Default: all. */
  readonly namespaces?: NamespaceScope;
  /** Default: never. */
  readonly expiresAt?: Date | null;
}

const LONGEST_NAME = 255;
const MOST_ENTRIES = 200;

/** @throws InvalidRequestError if a token like that cannot be made */
export function checkNewToken(token: NewToken, now: number): void {
  const { name, roles = [], permissions = [], namespaces = "all", expiresAt = null } = token;
  checkName("name", name);
  for (const role of roles) checkName("roles", role);
  if (namespaces !== "all") for (const namespace of namespaces) checkName("namespaces", namespace);
  if (namespaces.length === 0) refuse("namespaces", namespaces, "the name of a namespace at least, or all");
  for (const permission of permissions) {
    const defect = patternDefect(permission);
    if (defect === null) continue;
    refuse("permissions", permission, `${defect.expected}${defect.hint === undefined ? "" : ` (${defect.hint})`}`);
  }
  if (roles.length + permissions.length === 0) refuse("permissions", permissions, "a role or a permission at least");
  for (const [field, entries] of Object.entries({ roles, permissions, namespaces })) {
    if (typeof entries !== "string" && entries.length > MOST_ENTRIES) {
      refuse(field, `${entries.length} entries`, `at most ${MOST_ENTRIES}`);
    }
  }
  if (expiresAt !== null && !(expiresAt.getTime() > now)) refuse("expiresAt", expiresAt, "a moment to come");
}

function checkName(field: string, value: string): void {
  if (value.trim() !== "" && value.length <= LONGEST_NAME && textDefect(value) === null) return;
  refuse(field, value, `1 to ${LONGEST_NAME} characters that can be stored`);
}

function refuse(field: string, value: unknown, expected: string): never {
  const shown = value instanceof Date ? String(value) : JSON.stringify(value).slice(0, 80);
  throw new InvalidRequestError(`${field} is ${shown}, expected ${expected}`, { context: { field, value, expected } });
}
