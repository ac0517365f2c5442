import { z } from "zod";

/** Most that a whole number of a configuration may be: what fits a 32-bit integer, in which durations are stored. */
const MOST = 2 ** 31 - 1;

/** A whole number in a range; both ends belong to it. */
export function whole(least: number, most: number = MOST): z.ZodInt {
  const rule = { error: `a whole number from ${least} to ${most}` };
  return z.int(rule).min(least, rule).max(most, rule);
}

/** A number in a range; both ends belong to it. */
export function between(least: number, most: number): z.ZodNumber {
  const rule = { error: `a number from ${least} to ${most}` };
  return z.number(rule).min(least, rule).max(most, rule);
}

/** A mapping with these keys and no others. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? keys : `a mapping with the keys ${keys}`),
  });
}
