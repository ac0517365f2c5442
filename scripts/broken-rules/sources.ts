import type { TestName } from "./rule.ts";

const SOURCES = "packages/tasker/src";

/** A file of the engine, by its path in the sources. */
export function source(path: string): string {
  return `${SOURCES}/${path}`;
}

/** A migration, by its name. */
export function migration(name: string): string {
  return `${SOURCES}/database/migrations/${name}.sql`;
}

/** A test of the engine, by the path of its file without the ending, and its name. */
export function engineTest(path: string, name: string): TestName {
  return { file: `packages/tasker/test/${path}.test.ts`, name };
}
