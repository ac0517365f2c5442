import { InvalidDeclarationError } from "../errors/declaration-errors.ts";
import { hintAt } from "../text/nearest-name.ts";
import { checkContextSchema } from "./check-context-schema.ts";
import { describeNode } from "./describe-value.ts";
import { type DraftIssue, finishIssues } from "./draft-issue.ts";
import type { EventDeclaration } from "./event-declaration.ts";
import { expectedEventName } from "./event-name.ts";
import { convertFields, isFieldList } from "./payload-fields.ts";
import { readYaml } from "./read-yaml.ts";
import { type SourceEntry, type SourceMapping, type SourceNode, textOf, toPlainObject } from "./source-tree.ts";

const TOP_KEYS = ["events", "event_metadata"];
const EVENT_KEYS = ["constant", "name", "constant_ref", "description", "payload_schema", "fired_by"];

/**
 * Reads the events that a file in YAML declares, in either of the reference's shapes: `events.custom.<key>`, with the name under
 * `constant` (or `name`), and `event_metadata.<category>.<key>`, whose name is `<category>.<key>`. `payload_schema` is a JSON
 * Schema, or a list of fields such as `order_id: { type: String, required: true }`.
 * @param file name of the file, for messages
 * @throws InvalidDeclarationError with everything that is wrong, each with its line and column
 */
export function parseEventFile(text: string, file: string): readonly EventDeclaration[] {
  const { tree, issues: readingIssues, locate } = readYaml(text);
  const issues: DraftIssue[] = [...readingIssues];
  const events: EventDeclaration[] = [];
  const sourceOf = ({ offset }: SourceEntry["keyAt"]) => (offset === null ? file : `${file}:${locate(offset).line}`);
  for (const { entry, name, at } of tree === null ? [] : findEvents(tree, issues)) {
    const event = readEvent(entry, name, at, issues);
    if (event !== null) events.push({ ...event, source: sourceOf(entry.keyAt) });
  }
  if (issues.length > 0) throw new InvalidDeclarationError(finishIssues(issues, { file, locate }));
  return events;
}

/** An event's entry in a file, its name, and where that is written. */
interface FoundEvent {
  readonly entry: SourceEntry;
  readonly name: string;
  readonly at: SourceEntry["keyAt"];
}

function findEvents(tree: SourceNode, issues: DraftIssue[]): FoundEvent[] {
  const top = mappingOf(tree, "a mapping with events or event_metadata", issues);
  if (top === null) return [];
  checkKeys(top, TOP_KEYS, issues);
  const metadata = membersOf(top.entries.get("event_metadata"), "categories of events", issues).flatMap(
    ([category, group]) =>
      membersOf(group, "events", issues).map(([key, entry]) => {
        const given = entry.value.kind === "mapping" ? textOf(entry.value, "name") : undefined;
        return { entry, name: given ?? `${category}.${key}`, at: entry.keyAt };
      }),
  );
  const groups = membersOf(top.entries.get("events"), "a mapping with custom", issues);
  const custom = groups.flatMap(([group, entry]) => {
    if (group !== "custom") {
      issues.push({ at: entry.keyAt, message: `found ${group}, expected custom: other events are the engine's` });
      return [];
    }
    return membersOf(entry, "events", issues).flatMap(([, event]) => {
      const fields = event.value.kind === "mapping" ? event.value : null;
      const key = fields?.entries.has("constant") === true ? "constant" : "name";
      const name = fields === null ? undefined : textOf(fields, key);
      if (name !== undefined) return [{ entry: event, name, at: fields?.entries.get(key)?.value.at ?? event.keyAt }];
      issues.push({
        at: event.keyAt,
        message: "found no constant, expected the name of the event, such as order.paid",
      });
      return [];
    });
  });
  return [...metadata, ...custom];
}

function readEvent(
  entry: SourceEntry,
  name: string,
  at: SourceEntry["keyAt"],
  issues: DraftIssue[],
): Omit<EventDeclaration, "source"> | null {
  const { value } = entry;
  const isNull = value.kind === "scalar" && value.value === null;
  const fields = isNull
    ? { kind: "mapping" as const, at: value.at, entries: new Map<string, SourceEntry>() }
    : mappingOf(value, "a mapping with description, payload_schema and fired_by", issues);
  if (fields === null) return null;
  checkKeys(fields, EVENT_KEYS, issues);
  const expected = expectedEventName(name);
  if (expected !== null) issues.push({ at, message: `found the name ${JSON.stringify(name)}, expected ${expected}` });
  const description = fields.entries.get("description")?.value;
  if (description !== undefined && textOf(fields, "description") === undefined) {
    issues.push({ at: description.at, message: `found ${describeNode(description)}, expected a text` });
  }
  return {
    name,
    description: textOf(fields, "description") ?? null,
    ...readSchema(fields.entries.get("payload_schema")?.value, issues),
    firedBy: readFiredBy(fields.entries.get("fired_by")?.value, issues),
  };
}

function readSchema(
  node: SourceNode | undefined,
  issues: DraftIssue[],
): Pick<EventDeclaration, "payloadSchema" | "isStamped"> {
  const none = { payloadSchema: null, isStamped: false };
  if (node === undefined || (node.kind === "scalar" && node.value === null)) return none;
  const schema = mappingOf(node, "a JSON Schema or fields with their types", issues);
  if (schema === null) return none;
  if (isFieldList(schema)) return convertFields(schema, issues);
  issues.push(...checkContextSchema(schema));
  return { payloadSchema: toPlainObject(schema), isStamped: false };
}

function readFiredBy(node: SourceNode | undefined, issues: DraftIssue[]): string[] {
  if (node === undefined) return [];
  const items = node.kind === "list" ? node.items : [node];
  return items.flatMap((item) => {
    if (item.kind === "scalar" && typeof item.value === "string" && item.value !== "") return [item.value];
    issues.push({ at: item.at, message: `found ${describeNode(item)}, expected the name of a handler` });
    return [];
  });
}

function mappingOf(node: SourceNode, expected: string, issues: DraftIssue[]): SourceMapping | null {
  if (node.kind === "mapping") return node;
  issues.push({ at: node.at, message: `found ${describeNode(node)}, expected ${expected}` });
  return null;
}

/** The members of the mapping under a key; none if it has no value. */
function membersOf(entry: SourceEntry | undefined, expected: string, issues: DraftIssue[]): [string, SourceEntry][] {
  if (entry === undefined || (entry.value.kind === "scalar" && entry.value.value === null)) return [];
  return [...(mappingOf(entry.value, expected, issues)?.entries ?? [])];
}

function checkKeys(mapping: SourceMapping, known: readonly string[], issues: DraftIssue[]): void {
  for (const [key, { keyAt }] of mapping.entries) {
    if (known.includes(key) || key.startsWith("x-")) continue;
    const message = `found the unknown key "${key}", expected one of the known keys`;
    issues.push({ at: keyAt, message, hint: hintAt(key, known, "known keys") });
  }
}
