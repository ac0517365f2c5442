import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { freeze } from "../../config/freeze.ts";
import {
  type Place,
  type PlacedViolation,
  placeText,
  violationSentence,
  violationsOf,
} from "../../config/violation.ts";
import { ConfigurationError } from "../../errors/index.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { type RoleDocument, RoleDocumentSchema } from "./role-document.ts";

/** Largest file of roles, in characters. */
const LONGEST_FILE = 1_000_000;

/**
 * Reads a file of roles.
 * @param path absolute, or relative to the directory
 * @throws ConfigurationError that lists everything that is wrong, a line each, with the file and the line
 */
export async function readRoleFile(path: string, directory: string): Promise<RoleDocument> {
  const text = await readFile(resolve(directory, path), "utf8").catch((cause: unknown) => {
    throw new ConfigurationError(`the file of roles '${path}' cannot be read`, { context: { file: path }, cause });
  });
  return parseRoles(text, path);
}

/**
 * The roles of a YAML text.
 * @param source the name of its file, for messages
 * @throws ConfigurationError as {@link readRoleFile}
 */
export function parseRoles(text: string, source: string): RoleDocument {
  if (text.length > LONGEST_FILE) {
    throw new ConfigurationError(`${source} has ${text.length} characters, expected at most ${LONGEST_FILE}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw refusal(
      document.errors.map((error) => ({ source, line: lines.linePos(error.pos[0]).line, expected: error.message })),
    );
  }
  const value = readValue(document, source);
  const parsed = RoleDocumentSchema.safeParse(value);
  const violations = parsed.success ? inheritanceViolations(parsed.data) : violationsOf(parsed.error, value, []);
  if (parsed.success && violations.length === 0) return freeze(parsed.data);
  throw refusal(
    violations.map((violation) => ({
      source,
      line: lines.linePos(offsetAt(document.contents, violation.place)).line,
      path: violation.option,
      value: violation.value,
      expected: violation.expected,
      ...(violation.hint === undefined ? {} : { hint: violation.hint }),
    })),
  );
}

/** @throws ConfigurationError for an alias of nothing, and for aliases that repeat each other without end */
function readValue(document: ReturnType<typeof parseDocument>, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(`${source}: ${problem}`, { context: { file: source }, cause });
  }
}

function inheritanceViolations({ roles }: RoleDocument): PlacedViolation[] {
  const names = Object.keys(roles);
  return names.flatMap((name) =>
    (roles[name]?.inherits ?? []).flatMap((parent, at): PlacedViolation[] => {
      const place: Place = ["roles", name, "inherits", at];
      const facts = { place, option: placeText(place), value: parent };
      if (!Object.hasOwn(roles, parent)) {
        const hint = hintAt(parent, names, "roles");
        return [{ ...facts, expected: "the name of a role of this file", ...(hint === undefined ? {} : { hint }) }];
      }
      return reaches(roles, parent, name) ? [{ ...facts, expected: `a role that does not inherit ${name}` }] : [];
    }),
  );
}

/** Whether a role inherits another one, or is it. */
function reaches(roles: RoleDocument["roles"], from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [from];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    next.push(...(roles[name]?.inherits ?? []));
  }
  return false;
}

/** Where in the text a place is: its key, or the member of the list; the last part of it that there is. */
function offsetAt(contents: unknown, place: Place): number {
  let node = contents;
  let offset = 0;
  for (const key of place) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(key)];
      if (isScalar(item) || isMap(item) || isSeq(item)) offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

interface FileViolation {
  readonly source: string;
  readonly line: number;
  readonly path?: string;
  readonly value?: unknown;
  readonly expected: string;
  readonly hint?: string;
}

function refusal(violations: readonly FileViolation[]): ConfigurationError {
  const lines = violations.map(({ source, line, path, value, expected, hint }) => {
    if (path === undefined) return `${source}:${line}: ${expected}`;
    const sentence = violationSentence({
      option: path || "the file",
      value,
      expected,
      ...(hint === undefined ? {} : { hint }),
    });
    return `${source}:${line}: ${sentence}`;
  });
  return new ConfigurationError(lines.join("\n"), { context: { violations } });
}
