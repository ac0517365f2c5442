import { type Document, isMap, isScalar, Pair, parseDocument, Scalar, YAMLMap } from "yaml";
import { SECTIONS } from "../config/configuration.ts";
import { OPTION_CATALOGUE } from "../config/options/option-catalogue.ts";
import { NEWEST_VERSION } from "./file-keys.ts";
import { OLD_NAMES } from "./old-names.ts";
import { refusal } from "./violation.ts";

/** A file in the newest version of the format. */
export interface MigratedFile {
  readonly text: string;
  /** What was changed, a sentence each; empty if the file was up to date. */
  readonly changes: readonly string[];
}

/** For options that stand at the top, as in initializers that were written down flat: their section. */
const SECTION_OF: ReadonlyMap<string, string> = new Map(
  [...OPTION_CATALOGUE.keys()].map((path) => path.split(".", 2)).map(([section = "", name = ""]) => [name, section]),
);

/**
 * Rewrites a file of an older version: sections below a top `tasker`, options without their section, names that are no longer
 * used. Comments and order are kept.
 * @param name name of the file, for messages
 * @throws ConfigurationError if the text is no YAML, or no mapping
 */
export function migrateFile(text: string, name: string): MigratedFile {
  const document: Document = parseDocument(text, { logLevel: "silent" });
  const [problem] = document.errors;
  if (problem !== undefined || !isMap(document.contents)) {
    const line = problem?.linePos?.[0].line ?? 1;
    const expected = problem === undefined ? "expected a mapping with sections" : `invalid YAML: ${problem.code}`;
    throw refusal([{ source: name, line, path: "", value: undefined, expected }]);
  }
  if (document.get("version") === NEWEST_VERSION) return { text, changes: [] };
  const changes: string[] = [];
  const [first] = document.contents.items;
  const inner = document.contents.items.length === 1 && keyText(first?.key) === "tasker" ? first?.value : null;
  const top = isMap(inner) ? inner : document.contents;
  if (isMap(inner)) {
    changes.push("took the sections out of tasker");
    if (isScalar(first?.key)) document.commentBefore = first.key.commentBefore ?? null;
    const head = inner.items[0]?.key;
    if (isScalar(head)) head.commentBefore ??= inner.commentBefore;
    inner.commentBefore = null;
    document.contents = inner;
  }
  renameIn(top, "", changes);
  const environments = top.get("environments");
  if (isMap(environments)) {
    for (const { key, value } of environments.items) {
      if (isMap(value)) renameIn(value, `environments.${keyText(key)}.`, changes);
    }
  }
  top.delete("version");
  top.items.unshift(document.createPair("version", NEWEST_VERSION));
  changes.push(`set version to ${NEWEST_VERSION}`);
  return { text: String(document), changes };
}

/** Puts options of one set of sections where they belong now. */
function renameIn(map: YAMLMap, prefix: string, changes: string[]): void {
  for (const pair of [...map.items]) {
    const key = keyText(pair.key);
    const section = SECTIONS.some((known) => known === key) ? undefined : (OLD_NAMES.get(key) ?? SECTION_OF.get(key));
    if (section == null) continue;
    const isSection = OLD_NAMES.has(key);
    changes.push(`${prefix}${key} is ${isSection ? section : `${section}.${key}`}`);
    const holder = sectionOf(map, section, pair);
    const moved = isSection ? (isMap(pair.value) ? pair.value.items : []) : [pair];
    holder.items.push(...moved);
    take(map, pair);
  }
  for (const [from, to] of OLD_NAMES) {
    const [section = "", name] = from.split(".");
    const holder = map.get(section);
    if (name === undefined || !isMap(holder)) continue;
    const pair = holder.items.find(({ key }) => keyText(key) === name);
    if (pair === undefined) continue;
    take(holder, pair);
    changes.push(to === null ? `${prefix}${from} had no effect and is gone` : `${prefix}${from} is ${to}`);
    if (to === null) continue;
    const [, newName = name] = to.split(".");
    if (!holder.has(newName)) holder.set(newName, pair.value);
  }
}

function take(map: YAMLMap, pair: Pair): void {
  map.items = map.items.filter((item) => item !== pair);
}

/** The section of that name; a new one takes its place before `at`, with its comment. */
function sectionOf(map: YAMLMap, section: string, at: Pair): YAMLMap {
  const found = map.get(section);
  if (isMap(found)) return found;
  const made = new YAMLMap();
  const key = new Scalar(section);
  if (isScalar(at.key)) key.commentBefore = at.key.commentBefore;
  if (isScalar(at.key)) at.key.commentBefore = null;
  map.items.splice(map.items.indexOf(at), 0, new Pair(key, made));
  return made;
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
