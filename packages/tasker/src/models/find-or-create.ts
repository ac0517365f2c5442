import { z } from "zod";
import { presentText } from "./attributes.ts";
import { validate } from "./validate.ts";

const Named = z.strictObject({ name: presentText(64) });

/**
 * Checks a name before a record is looked for by it: the database refuses to look for a text that it cannot store.
 * @param model whose name it is: one of those that are known by a name of at most 64 characters
 * @throws InvalidRecordError
 */
export function checkName(model: string, name: string): void {
  validate(model, Named, { name });
}

/**
 * Finds a record, or makes it. Safe against others who do the same at this moment, inside a transaction too: nothing is
 * raised by the database, and the sequence of the key is used up only by who finds nothing at first.
 * @param find looks for the record
 * @param createIfAbsent makes it, and gives undefined if somebody else has made it in the meantime
 */
export async function findOrCreate<R>(
  find: () => Promise<R | undefined>,
  createIfAbsent: () => Promise<R | undefined>,
): Promise<R> {
  const found = (await find()) ?? (await createIfAbsent()) ?? (await find());
  if (found === undefined) throw new RangeError("a record that conflicted with a new one cannot be found");
  return found;
}
