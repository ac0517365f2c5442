/** Names that older files and the reference's own templates use, and what they mean. Null: nothing is in its place. */
export const OLD_NAMES: ReadonlyMap<string, string | null> = new Map([
  ["authentication", "auth"],
  ["auth.enabled", "auth.authorization_enabled"],
  ["auth.coordinator_class", "auth.authorization_coordinator_class"],
  ["auth.options", null],
  ["health.status_endpoint_requires_auth", "health.status_requires_authentication"],
]);

/** What to say of a name that is no longer known, or never was; undefined if nothing special is. */
export function oldNameHint(path: string): string | undefined {
  const now = OLD_NAMES.get(path);
  if (now === undefined) return undefined;
  return now === null ? "it never had an effect: take it out" : `it is called ${now}`;
}
