import { z } from "zod";
import { document, key, moment, presentText, text, textList } from "../attributes.ts";

/** What initiator, source system and reason of a task are when nobody says. */
const UNKNOWN = "unknown";

/** JSON texts of values that hold nothing, blank texts apart. */
const EMPTY_DOCUMENTS = ["null", "false", "{}", "[]"];

function isPresent(json: string | null): boolean {
  if (json === null || EMPTY_DOCUMENTS.includes(json)) return false;
  return !json.startsWith('"') || String(JSON.parse(json)).trim() !== "";
}

const label = text(128);
/** A default that also takes the place of null. */
const labelOrUnknown = label.nullish().transform((value) => value ?? UNKNOWN);
const context = document("context").refine(isPresent, { error: "a JSON value that is not empty" });
const listOrEmpty = (what: string) =>
  textList(what)
    .nullish()
    .transform((json) => json ?? "[]");

/** What a new task may hold besides its identity; the output is column values. */
export const TaskAttributes = z.strictObject({
  named_task_id: key("int4"),
  context,
  /** Default: now. */
  requested_at: moment(),
  initiator: labelOrUnknown,
  source_system: labelOrUnknown,
  reason: labelOrUnknown,
  complete: z
    .boolean({ error: "true or false" })
    .nullish()
    .transform((value) => value ?? false),
  tags: listOrEmpty("tags"),
  bypass_steps: listOrEmpty("bypass_steps"),
});

/** What a new task holds. */
export const TaskRecord = TaskAttributes.extend({ identity_hash: presentText(128) });

const fixed = z.undefined({ error: "not given: it is fixed when the task is created" });

/** What may be changed of a task. */
export const TaskChanges = z
  .strictObject({
    context,
    requested_at: moment(),
    initiator: label.nullable(),
    source_system: label.nullable(),
    reason: label.nullable(),
    complete: z.boolean({ error: "true or false" }),
    tags: textList("tags").nullable(),
    bypass_steps: textList("bypass_steps").nullable(),
    named_task_id: fixed,
    identity_hash: fixed,
  })
  .partial();

/** What a new task is made of. */
export interface NewTask extends Omit<z.input<typeof TaskAttributes>, "requested_at"> {
  /** Default: now. */
  readonly requested_at?: Date | null | undefined;
}
