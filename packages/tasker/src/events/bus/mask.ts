import { InvalidRequestError } from "../../errors/index.ts";
import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import type { TaskerEvent } from "../event.ts";

/** Gives an event as listeners may see it. */
export type Mask = (event: TaskerEvent) => TaskerEvent;

/** What stands in the place of what is hidden, unless something else is given. */
export const MASKED = "[masked]";

interface Branch {
  readonly children: Map<string, Branch>;
  isHidden: boolean;
}

/**
 * Hides values in the payloads of events by their exact place.
 * @param paths keys from the payload's root joined by dots, such as `card.number`; `items.*.iban` means every member of a list
 * or an object. Only what is there is replaced, whatever it is
 * @param text what stands there instead. Default: `[masked]`
 * @throws InvalidRequestError for a path with an empty key
 */
export function maskEvents(paths: readonly string[], text: string = MASKED): Mask {
  const root: Branch = { children: new Map(), isHidden: false };
  for (const path of paths) add(root, path);
  if (root.children.size === 0) return (event) => event;
  return (event) => {
    const payload = hide(event.payload, root, text);
    return payload === event.payload ? event : { ...event, payload: Object.freeze(payload) as JsonObject };
  };
}

function add(root: Branch, path: string): void {
  let branch = root;
  for (const key of path.split(".")) {
    if (key === "") {
      throw new InvalidRequestError(
        `the masked path ${JSON.stringify(path)} has an empty key, expected keys joined by dots`,
        {
          context: { field: "mask", value: path, expected: "keys joined by dots" },
        },
      );
    }
    const next = branch.children.get(key) ?? { children: new Map(), isHidden: false };
    branch.children.set(key, next);
    branch = next;
  }
  branch.isHidden = true;
}

/** The value itself if nothing in it is hidden. */
function hide(value: JsonValue, branch: Branch, text: string): JsonValue {
  if (branch.isHidden) return text;
  if (typeof value !== "object" || value === null) return value;
  const changed: [string, JsonValue][] = [];
  for (const [key, member] of Object.entries(value)) {
    const branches = [branch.children.get(key), branch.children.get("*")].filter((next) => next !== undefined);
    const shown = branches.reduce((current, next) => hide(current, next, text), member);
    if (shown !== member) changed.push([key, shown]);
  }
  if (changed.length === 0) return value;
  if (isList(value)) {
    const copy = [...value];
    for (const [key, shown] of changed) copy[Number(key)] = shown;
    return copy;
  }
  return { ...value, ...Object.fromEntries(changed) };
}

const isList = (value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] => Array.isArray(value);
