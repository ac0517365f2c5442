import { resolve } from "node:path";
import { loadEventFiles } from "../../template-files/load-events.ts";
import type { EventDeclaration } from "../../templates/event-declaration.ts";

/**
 * Reads the events that files and directories declare, named as on the command line.
 * @throws InvalidDeclarationError with everything that is wrong in any of them
 */
export function loadEventDeclarations(cwd: string, paths: readonly string[]): Promise<readonly EventDeclaration[]> {
  return loadEventFiles(cwd === process.cwd() ? paths : paths.map((path) => resolve(cwd, path)));
}
