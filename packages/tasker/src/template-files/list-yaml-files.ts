import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * The YAML files that paths stand for, each once: a file stands for itself, a directory for its files that end in `.yml` or
 * `.yaml`, in the order of their names. A path that is not there stands for itself, so that reading it tells.
 */
export async function listYamlFiles(paths: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    const isDirectory = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const names = isDirectory ? (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort() : null;
    for (const file of names?.map((name) => join(path, name)) ?? [path]) files.add(file);
  }
  return [...files];
}
