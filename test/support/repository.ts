import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Absolute path of the repository. */
export const ROOT = join(import.meta.dirname, "..", "..");

/** A document of the repository, with its path relative to the root. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Reads a file of the repository. */
export function readFromRoot(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Reads every Markdown file that users and contributors are shown. */
export function readDocuments(): Document[] {
  const folders = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => join(parent, name)),
  );
  const paths = [
    ...markdownIn("."),
    ...markdownIn("docs", { recursive: true }),
    ...[...folders, "packages/tasker/help", "bench"].flatMap((folder) => markdownIn(folder)),
  ];
  return paths.map((path) => ({ path, text: readFromRoot(path) }));
}

function markdownIn(folder: string, options: { readonly recursive?: boolean } = {}): string[] {
  return readdirSync(join(ROOT, folder), { recursive: options.recursive ?? false, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name))
    .sort();
}
