import { hintAt } from "../../text/nearest-name.ts";
import { allPermissions, resources } from "./resources.ts";

/** `resource:action`, of which each may be `*`. */
const PATTERN = /^(\*|tasker\.[a-z_]+):(\*|[a-z_]+)$/;

/** The permissions that a pattern stands for: `tasker.task:*`, `*:index`, `*:*`. None for one that stands for nothing. */
export function expandPattern(pattern: string): readonly string[] {
  const [, resource, action] = PATTERN.exec(pattern) ?? [];
  if (resource === undefined || action === undefined) return [];
  return allPermissions().filter((permission) => {
    const [ofResource, ofAction] = permission.split(":");
    return (resource === "*" || resource === ofResource) && (action === "*" || action === ofAction);
  });
}

/** What is wrong with a pattern: what was expected instead, with a hint; null: nothing. */
export function patternDefect(pattern: string): { readonly expected: string; readonly hint?: string } | null {
  if (expandPattern(pattern).length > 0) return null;
  const expected = "a permission such as tasker.task:retry, tasker.task:* or *:index";
  const known = [...allPermissions(), ...resources().map((resource) => `${resource}:*`)];
  const hint = hintAt(pattern, known, "permissions");
  return hint === undefined ? { expected } : { expected, hint };
}
