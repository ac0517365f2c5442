import type { z } from "zod";
import type { RefusedItem } from "../../api/shapes/worker.ts";
import { MalformedRequestError } from "../../errors/index.ts";
import { unstorableParts } from "../../json/unstorable-parts.ts";
import { problemOf } from "../problems/problem-of.ts";
import { violationsOf } from "../problems/violations-of.ts";

/** An item that can be worked on. */
interface ReadItem {
  readonly execution_id: string;
}

/**
 * Works on the items of a call that are well formed, all at once, and answers in the order of the items.
 * @param work gives an answer for each of the items it gets, in their order
 */
export async function answerItems<Item extends ReadItem, Answer>(
  schema: z.ZodType<Item>,
  given: readonly unknown[],
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
): Promise<(Answer | RefusedItem)[]> {
  const answers = new Map<number, Answer | RefusedItem>();
  const items: Item[] = [];
  const places: number[] = [];
  for (const [place, value] of given.entries()) {
    const path = `body.items.${place}`;
    const ids = [`${path}.execution_id`, `${path}.nonce`];
    // Other texts are for whoever stores them: results that cannot be are an attempt that has failed.
    const unstorable = unstorableParts(path, value, (at) => ids.includes(at));
    if (unstorable.length > 0) {
      answers.set(place, refuse(idOf(value), new MalformedRequestError(unstorable)));
      continue;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      items.push(parsed.data);
      places.push(place);
    } else {
      const violations = violationsOf(path, parsed.error, value, schema);
      answers.set(place, refuse(idOf(value), new MalformedRequestError(violations)));
    }
  }
  const worked = items.length === 0 ? [] : await work(items);
  for (const [index, answer] of worked.entries()) answers.set(places[index] ?? -1, answer);
  return given.map((value, place) => answers.get(place) ?? refuse(idOf(value), new RangeError("it has no answer")));
}

/** The answer in place of an item for which something threw an error. */
export function refuse(executionId: string | null, error: Error): RefusedItem {
  const { code, detail, violations } = problemOf(error, "");
  return {
    execution_id: executionId,
    status: "error",
    error: { code, detail, ...(violations === undefined ? {} : { violations }) },
  };
}

function idOf(value: unknown): string | null {
  const id: unknown =
    typeof value === "object" && value !== null && "execution_id" in value ? value.execution_id : null;
  return typeof id === "string" ? id : null;
}
