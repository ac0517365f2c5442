import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "./problem.ts";

const DECLARATION =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:class|function|const|let|type|interface|enum) ([\w$]+)/;

/**
 * Finds exported declarations without a docstring in a declaration file. The first declaration of a name counts: an
 * overload, or a type named like its schema, needs no second docstring. Lists of re-exports need none.
 */
export function findMissingDocstrings(file: string, text: string): Problem[] {
  const seen = new Set<string>();
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const name = DECLARATION.exec(line)?.[1];
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    const documented = lines[index - 1]?.trimEnd().endsWith("*/") ?? false;
    return documented ? [] : [{ file, line: index + 1, message: `the export ${name} has no docstring` }];
  });
}

/** Reads the declaration files that the build has written for sources that still exist. */
export function findUndocumentedExports(root: string, packageFolder: string): Problem[] {
  const dist = join(root, packageFolder, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".d.ts"))
    .filter((path) => existsSync(join(root, packageFolder, "src", path.replace(/\.d\.ts$/, ".ts"))))
    .flatMap((path) => findMissingDocstrings(`${packageFolder}/dist/${path}`, readFileSync(join(dist, path), "utf8")));
}
