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

/** True or false, and nothing that could be meant by it. */
export function flag(): z.ZodBoolean {
  return z.boolean({ error: "true or false" });
}

/**
 * True or false, also as the texts and numbers in which environments of the reference give them: `yes`, `no`, `1`, `0`. Anything
 * else is refused.
 */
export function lenientFlag() {
  const words = ["true", "false", "yes", "no", "1", "0"] as const;
  const error = "true or false (also yes, no, 1, 0)";
  return z
    .union([z.boolean(), z.enum(words), z.literal([0, 1])], { error })
    .transform((value) => value === true || value === 1 || value === "true" || value === "yes" || value === "1");
}

/** A text that is not empty. */
export function filled(expected = "a text that is not empty"): z.ZodString {
  return z.string({ error: expected }).min(1, { error: expected });
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: `one of ${words.join(", ")}` });
}

/** A list of values of a kind. */
export function list<Item extends z.ZodType>(item: Item, expected: string): z.ZodArray<Item> {
  return z.array(item, { error: expected });
}

/** A mapping with these keys and no others. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? keys : `a mapping with the keys ${keys}`),
  });
}
