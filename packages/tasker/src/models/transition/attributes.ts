import { z } from "zod";
import { STATES } from "../../states/state.ts";
import { integer, objectDocument } from "../attributes.ts";

const RULE = `one of ${STATES.join(", ")}`;

/** One of the six states. */
export const state = z.enum(STATES, { error: RULE });

/** A state, or none; an empty text stands for none, as in the reference. */
const optionalState = z
  .union([state, z.literal("").transform(() => null), z.null()], { error: `${RULE}, or nothing` })
  .optional();

/** A JSON object; what is blank (nothing, an empty or blank text, an empty list) becomes the empty object. */
export const metadata = z
  .unknown()
  .optional()
  .transform((value) => (isBlank(value) ? {} : value))
  .pipe(objectDocument("metadata"));

/** Attributes of a transition, apart from whose it is. */
export const TRANSITION_ATTRIBUTES = {
  to_state: state,
  from_state: optionalState,
  metadata,
  sort_key: integer(0),
  most_recent: z.boolean({ error: "true or false" }).default(true),
};

/** Attributes of a transition that may be changed. What a trail says should not be: this is for repairs. */
export const TransitionChanges = z
  .strictObject({ ...TRANSITION_ATTRIBUTES, most_recent: z.boolean({ error: "true or false" }) })
  .partial()
  // a change that leaves the metadata out leaves it as it is
  .extend({ metadata: z.union([z.undefined(), metadata]).optional() });

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return Array.isArray(value) && value.length === 0;
}
