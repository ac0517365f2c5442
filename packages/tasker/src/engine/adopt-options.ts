import { z } from "zod";
import { ConfigurationError } from "../errors/index.ts";
import type { TaskDefinition } from "../templates/definition.ts";

/** Longest wait, in milliseconds: what a 32-bit timer holds. */
const LONGEST_MS = 2 ** 31 - 1;

const filled = z.string({ error: "a text that is not empty" }).min(1, { error: "a text that is not empty" });
const names = z
  .array(filled, { error: "an array of texts" })
  .min(1, { error: "at least one entry" })
  .readonly()
  .optional();
const flag = z.boolean({ error: "true or false" }).optional();
const wholeMs = { error: `a whole number from 1 to ${LONGEST_MS}` };

/** What of the tasks that others create in the shared tables an engine makes its own. */
const AdoptOptions = z.strictObject({
  /** Only tasks of these namespaces. Default: all that are registered. */
  namespaces: names,
  /** Only tasks with these names. Default: all that are registered. */
  templates: names,
  /** Only tasks with these source systems. Default: all. */
  sourceSystems: names,
  /** Also tasks that are in progress when they are first seen: somebody may be running them. Default: false. */
  inProgress: flag,
  /**
   * Age in milliseconds after which a step that somebody else left in progress counts as interrupted and runs again.
   * Default: never.
   */
  abandonedStepMs: z.int(wholeMs).min(1, wholeMs).max(LONGEST_MS, wholeMs).optional(),
});

/** What of the tasks that others create in the shared tables an engine makes its own. */
export type AdoptOptions = z.infer<typeof AdoptOptions>;

/**
 * The option `adopt` of an engine, checked. `true` is everything that is registered.
 * @returns null if nothing is adopted
 * @throws ConfigurationError that names the first setting that is wrong
 */
export function parseAdopt(value: unknown): AdoptOptions | null {
  if (value === undefined) return null;
  if (value === true) return {};
  const parsed = AdoptOptions.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const isUnknown = issue?.code === "unrecognized_keys";
  const path = ["adopt", ...(issue?.path ?? []), ...(isUnknown ? issue.keys.slice(0, 1) : [])];
  const option = path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
  const expected = isUnknown
    ? `one of ${Object.keys(AdoptOptions.shape).join(", ")}`
    : path.length === 1
      ? "true or an object"
      : (issue?.message ?? "another value");
  const found = path.slice(1).reduce<unknown>(memberOf, value);
  throw new ConfigurationError(
    isUnknown
      ? `engine option ${option} is unknown, expected ${expected}`
      : `engine option ${option} is ${show(found)}, expected ${expected}`,
    { context: { option, value: found, expected } },
  );
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

function show(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Whether tasks of a definition are adopted, source systems apart. */
export function isAdopted({ namespaces, templates }: AdoptOptions, { namespace, name }: TaskDefinition): boolean {
  return (namespaces?.includes(namespace) ?? true) && (templates?.includes(name) ?? true);
}
