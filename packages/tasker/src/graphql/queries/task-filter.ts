import { InvalidRequestError } from "../../errors/index.ts";
import { isState, STATES, type State } from "../../states/state.ts";
import type { SchemaModule } from "../schema/schema-module.ts";
import { parseId } from "./parse-id.ts";

/** What a connection of tasks is filtered by, as it is sent. */
export interface TaskFilterInput {
  readonly namespaces?: readonly string[] | null;
  readonly name?: string | null;
  readonly version?: string | null;
  readonly statuses?: readonly string[] | null;
  readonly initiator?: string | null;
  readonly sourceSystem?: string | null;
  readonly tag?: string | null;
  readonly correlationId?: string | null;
  readonly parentTaskId?: string | null;
  readonly requestedFrom?: Date | null;
  readonly requestedBefore?: Date | null;
  readonly reason?: string | null;
  readonly annotation?: { readonly type: string; readonly key?: string | null; readonly value?: string | null } | null;
  readonly paused?: boolean | null;
}

/** Filters of tasks. */
export const taskFilterModules: readonly SchemaModule[] = [
  {
    sdl: `
      """What tasks must be like. What is left out does not matter."""
      input TaskFilter {
        namespaces: [String!]
        name: String
        version: String
        """Current states: pending, in_progress, complete, error, cancelled, resolved_manually."""
        statuses: [String!]
        initiator: String
        sourceSystem: String
        """One of the tags."""
        tag: String
        correlationId: String
        """The task of which a step waits, or waited, for this one."""
        parentTaskId: ID
        requestedFrom: ISO8601DateTime
        requestedBefore: ISO8601DateTime
        """Part of the reason, in any case."""
        reason: String
        annotation: AnnotationFilter
        paused: Boolean
      }`,
  },
  {
    sdl: `
      """An annotation that a task has: of a type, with a key at the top level, with a value compared as text."""
      input AnnotationFilter {
        type: String!
        key: String
        value: String
      }`,
  },
];

/** The filter as the read side has it. @throws InvalidRequestError */
export function readTaskFilter({ statuses, parentTaskId, annotation, ...filter }: TaskFilterInput) {
  const given = {
    ...filter,
    states: statuses?.map((status) => parseState("filter.statuses", status)),
    parentTaskId: parentTaskId == null ? undefined : parseId("filter.parentTaskId", parentTaskId),
    annotation: annotation == null ? undefined : withoutNulls(annotation),
  };
  return withoutNulls(given);
}

/** A state by its name. @throws InvalidRequestError for what is none */
export function parseState(field: string, text: string): State {
  if (isState(text)) return text;
  const value = text.slice(0, 80);
  const expected = `one of ${STATES.join(", ")}`;
  throw new InvalidRequestError(`${field} is ${JSON.stringify(value)}, expected ${expected}`, {
    context: { field, value, expected },
  });
}

/** The same object without members that are null. */
type WithoutNulls<T> = { readonly [K in keyof T]: Exclude<T[K], null> };

function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member != null)) as WithoutNulls<T>;
}
