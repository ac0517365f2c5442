import { isAbsolute, resolve } from "node:path";
import { PluginRegistry } from "../../registries/plugin-registry.ts";

/**
 * The plugins of modules and packages: a name that begins with `.` or `/` is a path, any other a package that is installed
 * for the working directory.
 * @throws InvalidInterfaceError if one has no plugin; what importing it throws
 */
export async function loadPlugins(cwd: string, names: readonly string[]): Promise<PluginRegistry> {
  const plugins = new PluginRegistry();
  for (const name of names) {
    const isPath = name.startsWith(".") || isAbsolute(name);
    if (isPath) await plugins.registerModule(resolve(cwd, name));
    else await plugins.registerPackage(name, cwd);
  }
  return plugins;
}
