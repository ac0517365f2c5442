import { z } from "zod";
import { ConfigurationError } from "../../errors/index.ts";

const MOST_OFFERED = 10_000;
const whole = { error: `a whole number from 1 to ${MOST_OFFERED}` };

/** How a process shares its work with the others on its database. */
const SharingOptions = z.strictObject({
  /** Steps that it offers to others at the same time, at most. Default: 1,000. */
  maxOffered: z.int(whole).min(1, whole).max(MOST_OFFERED, whole).default(1_000),
});

/** How a process shares its work with the others on its database. */
export type SharingOptions = z.input<typeof SharingOptions>;

/** {@link SharingOptions} with every default filled in. */
export type Sharing = z.output<typeof SharingOptions>;

/**
 * The option `sharing` of an engine, checked.
 * @returns null if nothing is shared
 * @throws ConfigurationError
 */
export function parseSharing(value: unknown): Sharing | null {
  if (value === false) return null;
  const parsed = SharingOptions.safeParse(value === undefined || value === true ? {} : value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const isUnknown = issue?.code === "unrecognized_keys";
  const key = isUnknown ? issue.keys[0] : issue?.path[0];
  const option = key === undefined ? "sharing" : `sharing.${String(key)}`;
  const found = key === undefined ? value : Reflect.get(Object(value), key);
  const expected = isUnknown ? "maxOffered" : key === undefined ? "true, false or an object" : (issue?.message ?? "");
  throw new ConfigurationError(
    isUnknown
      ? `engine option ${option} is unknown, expected ${expected}`
      : `engine option ${option} is ${typeof found === "object" ? JSON.stringify(found) : String(found)}, expected ${expected}`,
    { context: { option, value: found, expected } },
  );
}
