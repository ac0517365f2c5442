import { resolve } from "node:path";
import { ConfigurationError } from "../errors/index.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import { importHandlersModule } from "./input/load-handlers-module.ts";
import type { CommandIo } from "./io.ts";

/**
 * The class of the strategy `custom` that a configuration names, as a module and its export: `./identity.js#OrderIdentity`, or the
 * default export; undefined for other strategies.
 * @throws ConfigurationError if the module has no such export
 */
export async function readCustomIdentity(
  { document: { engine } }: LoadedConfiguration,
  { cwd }: Pick<CommandIo, "cwd">,
): Promise<unknown> {
  const named = engine.identity_strategy_class;
  if (named === null) return undefined;
  const [file = "", name = "default"] = named.split("#", 2);
  const found = (await importHandlersModule(cwd, resolve(cwd, file)))[name];
  if (found !== undefined) return found;
  const expected = `a module with the export ${name}`;
  throw new ConfigurationError(`engine.identity_strategy_class is ${named}, expected ${expected}`, {
    context: { option: "engine.identity_strategy_class", value: named, expected },
  });
}
