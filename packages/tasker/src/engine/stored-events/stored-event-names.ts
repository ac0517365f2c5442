import { ConfigurationError } from "../../errors/index.ts";
import { compilePattern } from "../../events/bus/pattern.ts";
import { EVENT_CATALOGUE } from "../../events/catalogue/catalogue.ts";

/**
 * Names of the events that the engine option `storeEvents` has stored: those of the catalogue that are kept on request.
 * @throws ConfigurationError for a pattern that none of them fits
 */
export function storedEventNames(patterns: readonly string[]): readonly string[] {
  const onRequest = [...EVENT_CATALOGUE.values()].filter(({ durability }) => durability === "on_request");
  const names = new Set<string>();
  for (const pattern of patterns) {
    const { matchesName } = compilePattern(typeof pattern === "string" ? pattern : "");
    const found = onRequest.filter(({ name }) => matchesName(name));
    if (found.length === 0) {
      const expected = "names or patterns of events that are kept on request";
      throw new ConfigurationError(`engine option storeEvents has ${JSON.stringify(pattern)}, expected ${expected}`, {
        context: { option: "storeEvents", value: pattern, expected },
      });
    }
    for (const { name } of found) names.add(name);
  }
  return [...names];
}
