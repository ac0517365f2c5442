import { z } from "zod";
import { InvalidDeclarationError } from "../../errors/index.ts";
import { describeNode } from "../../templates/describe-value.ts";
import { type DraftIssue, finishIssues } from "../../templates/draft-issue.ts";
import { readYaml } from "../../templates/read-yaml.ts";
import {
  findNode,
  itemsOf,
  type SourceEntry,
  type SourceMapping,
  type SourceNode,
  toPlainValue,
} from "../../templates/source-tree.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { eventDefect } from "../known-events.ts";
import type { BaseSubscriber, SubscriberResources } from "../subscriber.ts";
import { placeExpectation, placeUnknownKey, placeZodIssue } from "./document-issues.ts";
import { acceptsEvent, busOptions, durableOptions, type PlannedSubscription } from "./planned-subscription.ts";
import type { SubscriberClasses } from "./subscriber-classes.ts";
import { DURABLE_KEYS, IN_PROCESS_KEYS, SubscriptionDocument } from "./subscription-document.ts";

/** What subscriptions can refer to. */
export interface SubscriptionSurroundings {
  readonly classes: SubscriberClasses;
  /** Names of all events that can come. */
  readonly knownEvents: readonly string[];
  /** What subscribers are lent. */
  readonly resources: Partial<SubscriberResources>;
}

/**
 * Reads the subscriptions of a file in YAML, `subscriptions.<name>`, and makes their subscribers. Those that are not enabled are
 * checked as well, and left out.
 * @param file name of the file, for messages
 * @throws InvalidDeclarationError with everything that is wrong, each with its line and column
 */
export function parseSubscriptionFile(
  text: string,
  file: string,
  surroundings: SubscriptionSurroundings,
): readonly PlannedSubscription[] {
  const { tree, issues: readingIssues, locate } = readYaml(text);
  const issues: DraftIssue[] = [...readingIssues];
  const planned: PlannedSubscription[] = [];
  for (const [name, entry] of tree === null ? [] : findSubscriptions(tree, issues)) {
    const line = entry.keyAt.offset === null ? 1 : locate(entry.keyAt.offset).line;
    const plan = planSubscription(name, entry.value, `${file}:${line}`, surroundings, issues);
    if (plan !== null) planned.push(plan);
  }
  if (issues.length > 0) throw new InvalidDeclarationError(finishIssues(issues, { file, locate }));
  return planned;
}

function findSubscriptions(tree: SourceNode, issues: DraftIssue[]): readonly (readonly [string, SourceEntry])[] {
  const expected = "a mapping with subscriptions";
  if (tree.kind !== "mapping") {
    issues.push(placeExpectation({ path: [], expected }, tree));
    return [];
  }
  for (const key of tree.entries.keys()) {
    if (key !== "subscriptions" && !key.startsWith("x-"))
      issues.push(placeUnknownKey(key, [], ["subscriptions"], tree));
  }
  const group = tree.entries.get("subscriptions")?.value;
  if (group === undefined || isNothing(group)) return [];
  if (group.kind === "mapping") return [...group.entries];
  issues.push(placeExpectation({ path: [], expected: "subscriptions by their names" }, group));
  return [];
}

/** Null if something is wrong, which then is among the issues, and if it is not enabled. */
function planSubscription(
  name: string,
  node: SourceNode,
  source: string,
  surroundings: SubscriptionSurroundings,
  issues: DraftIssue[],
): PlannedSubscription | null {
  const given = node.kind === "mapping" ? withoutNothing(node) : node;
  const value = toPlainValue(given);
  const parsed = SubscriptionDocument.safeParse(value);
  if (!parsed.success || given.kind !== "mapping") {
    issues.push(...(parsed.error?.issues ?? []).flatMap((issue) => placeZodIssue(issue, given)));
    return null;
  }
  const document = parsed.data;
  const count = issues.length;
  issues.push(...checkKeys(given, document), ...checkEvents(given, surroundings.knownEvents));
  const subscriber = makeSubscriber(name, document, given, surroundings, issues);
  if (issues.length > count || subscriber === null || !document.enabled) return null;
  return {
    name,
    className: document.class,
    source,
    fingerprint: JSON.stringify(value),
    subscriber,
    accepts: acceptsEvent(document.filter),
    ...busOptions(document),
    durable: document.durable ? durableOptions(document) : null,
  };
}

/** A key that has no value is like one that is not there. */
function withoutNothing(mapping: SourceMapping): SourceMapping {
  return { ...mapping, entries: new Map([...mapping.entries].filter(([, { value }]) => !isNothing(value))) };
}

const isNothing = (node: SourceNode) => node.kind === "scalar" && node.value === null;

/** Keys that mean nothing beside the others. */
function checkKeys(mapping: SourceMapping, { durable, batch }: SubscriptionDocument): DraftIssue[] {
  const [keys, expected] = durable
    ? [IN_PROCESS_KEYS, "it only without durable: true"]
    : [DURABLE_KEYS, "it only with durable: true"];
  const issues = keys.flatMap((key) => {
    const entry = mapping.entries.get(key);
    return entry === undefined ? [] : [{ at: entry.keyAt, message: `found ${key}, expected ${expected}` }];
  });
  const wait = findNode(mapping, ["batch", "max_wait_ms"]);
  if (!durable || batch?.max_wait_ms === undefined) return issues;
  return [...issues, { at: wait.node.at, message: "found max_wait_ms, expected it only without durable: true" }];
}

function checkEvents(mapping: SourceMapping, known: readonly string[]): DraftIssue[] {
  return itemsOf(mapping, "events").flatMap((node) => {
    const event = node.kind === "scalar" ? String(node.value) : "";
    const defect = eventDefect(event, known);
    return defect === null ? [] : [{ at: node.at, ...defect }];
  });
}

function makeSubscriber(
  name: string,
  { class: className, events, config, batch }: SubscriptionDocument,
  mapping: SourceMapping,
  { classes, knownEvents, resources }: SubscriptionSurroundings,
  issues: DraftIssue[],
): BaseSubscriber | null {
  const made = Object.hasOwn(classes, className) ? classes[className] : undefined;
  const classNode = findNode(mapping, ["class"]).node;
  if (made === undefined) {
    const hint = hintAt(className, Object.keys(classes), "classes");
    const message = `found the unknown class ${describeNode(classNode)}, expected a class of subscribers`;
    issues.push({ at: classNode.at, message, hint });
    return null;
  }
  try {
    const subscriber = new made({ name, events, config, resources });
    // Unknown events are told already, each at its place.
    if (checkEvents(mapping, knownEvents).length === 0) subscriber.check(knownEvents, batch !== undefined);
    return subscriber;
  } catch (error) {
    issues.push(...placeError(error, mapping, classNode));
    return null;
  }
}

/** What is wrong with a configuration, as errors about it tell. */
const Violations = z.array(z.object({ option: z.string(), expected: z.string(), hint: z.string().optional() })).min(1);

/** What a subscriber does not accept: parts of its config, or the whole. By what the error has, whoever threw it. */
function placeError(error: unknown, mapping: SourceMapping, classNode: SourceNode): DraftIssue[] {
  const context: unknown = error instanceof Error && "context" in error ? error.context : null;
  const found = typeof context === "object" && context !== null && "violations" in context ? context.violations : null;
  const violations = Violations.safeParse(found);
  if (violations.success) {
    return violations.data.map(({ option, expected, hint }) => {
      const path = option.split(/[.[\]]+/).filter((part) => part !== "");
      return placeExpectation({ path, expected, ...(hint === undefined ? {} : { hint }) }, mapping);
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return [{ at: classNode.at, message: `found ${describeNode(classNode)}, expected a class that fits: ${message}` }];
}
