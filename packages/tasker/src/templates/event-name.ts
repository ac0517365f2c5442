import { textDefect } from "../text/text-defect.ts";

/** First parts of names that belong to the engine. */
const RESERVED = ["task", "step", "workflow", "observability", "test", "registry", "tasker"];
/** The engine's names under parts that are not reserved as a whole. */
const SINGLE_EVENTS =
  /^(?:(?:handler|plugin|subscriber)\.(?:registered|unregistered|validation_failed)|configuration\.(?:changed|refused|restart_needed))$/;
/** Longest name, in characters. */
const LONGEST = 255;

/**
 * What is expected in the place of a text that cannot be the name of a custom event in a template; null if it can be one.
 * Templates of the reference have names without a dot, which no name of the engine is.
 */
export function expectedTemplateEventName(name: string): string | null {
  return name.includes(".") ? expectedEventName(name) : expectedText(name);
}

/** What is expected in the place of a text that cannot be the name of a custom event; null if it can be one. */
export function expectedEventName(name: string): string | null {
  const expected = expectedText(name);
  if (expected !== null) return expected;
  const [first = "", ...rest] = name.split(".");
  if (rest.length === 0 || first === "" || rest.includes("")) return "a name with a dot inside, such as order.paid";
  if (RESERVED.includes(first.toLowerCase())) {
    return `a name that does not begin with one of ${RESERVED.map((part) => `${part}.`).join(", ")}, which are the engine's`;
  }
  return SINGLE_EVENTS.test(name.toLowerCase()) ? "a name that is not an event of the engine" : null;
}

function expectedText(name: string): string | null {
  const defect = textDefect(name);
  if (defect !== null) return `a name without ${defect}`;
  return name.length > LONGEST ? `a name of at most ${LONGEST} characters` : null;
}
