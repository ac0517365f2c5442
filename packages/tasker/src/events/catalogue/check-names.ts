import { InvalidRequestError } from "../../errors/index.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { EVENT_CATALOGUE } from "./catalogue.ts";

/** What begins so is the engine's: templates cannot declare such a name. */
const OF_THE_ENGINE = /^(?:task|step|workflow|observability|registry|tasker)\./;

/**
 * Refuses names that look like the engine's and are none, also after `!`. Globs, and names that templates may declare, pass.
 * @throws InvalidRequestError
 */
export function checkNames(names: readonly string[]): void {
  for (const text of names) {
    const name = text.replace(/^!/, "");
    if (name.includes("*") || EVENT_CATALOGUE.has(name) || !OF_THE_ENGINE.test(name)) continue;
    const known = [...EVENT_CATALOGUE.keys()];
    const expected = "the name of an event, or of one that a template declares";
    throw new InvalidRequestError(`there is no event ${JSON.stringify(name)} (${hintAt(name, known, "events")})`, {
      context: { field: "event", value: name, expected },
    });
  }
}
