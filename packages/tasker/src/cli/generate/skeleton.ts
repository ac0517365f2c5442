import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOwnPackage } from "../own-package.ts";
import type { GeneratedFile } from "./generated-file.ts";
import type { GeneratedName } from "./generated-name.ts";

/** The directory of the package with code to begin with: files that are checked like the package's own. */
export function skeletonDirectory(): string {
  return join(readOwnPackage().directory, "skeletons");
}

/**
 * The files of a folder of skeletons, with a name in the place of `ExampleName`, `exampleName`, `example-name` and
 * `example_name`, in texts and paths.
 * @param folder below the directory of skeletons
 * @param replacements other texts that are replaced, each wherever it stands
 */
export async function skeletonFiles(
  folder: string,
  name: GeneratedName,
  replacements: Readonly<Record<string, string>> = {},
): Promise<readonly GeneratedFile[]> {
  const named = Object.entries({
    ExampleName: name.pascal,
    exampleName: name.camel,
    "example-name": name.kebab,
    example_name: name.snake,
    ...replacements,
  });
  const fill = (text: string) => named.reduce((filled, [from, to]) => filled.replaceAll(from, () => to), text);
  const files = await readFolder(join(skeletonDirectory(), folder));
  return files.map(({ path, text }) => ({ path: fill(path), text: fill(text) }));
}

/** All files below a directory, in the order of their paths. */
async function readFolder(directory: string): Promise<readonly GeneratedFile[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: path.slice(directory.length + 1).replaceAll("\\", "/"),
      text: await readFile(path, "utf8"),
    })),
  );
}
