import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidTemplateError } from "../../src/errors/index.ts";
import type { JsonObject, JsonValue } from "../../src/json/json-value.ts";
import { toCanonicalJson } from "../../src/templates/canonical-json.ts";
import type { Condition } from "../../src/templates/condition.ts";
import { EVENT_CONDITIONS } from "../../src/templates/custom-event.ts";
import type { Compensation, ForEach, StepDefinition, TaskDefinition } from "../../src/templates/definition.ts";
import { definitionFromDocument, definitionToDocument } from "../../src/templates/definition-document.ts";
import { hashDefinition } from "../../src/templates/definition-hash.ts";
import type { Limit, NamedLimit } from "../../src/templates/limit.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";

/** Made once for each length: making one takes longer than drawing from it. */
const texts = new Map(
  [20, 64, 100, 128, 255].map((maxLength) => [
    maxLength,
    fc
      .string({ minLength: 1, maxLength, unit: "grapheme" })
      .filter((value) => !value.includes("\0") && value.length <= maxLength),
  ]),
);
function text(maxLength: number): fc.Arbitrary<string> {
  const made = texts.get(maxLength);
  if (made === undefined) throw new Error(`no texts of ${maxLength} characters`);
  return made;
}
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)))
  .filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));
const config = fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), json);

const forEachOf = (dependsOn: readonly string[]): fc.Arbitrary<ForEach | null> =>
  dependsOn.length === 0
    ? fc.constant(null)
    : fc.option(
        fc.record({
          step: fc.constantFrom(...dependsOn),
          path: fc.option(text(20)),
          maxParallel: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
          maxItems: fc.integer({ min: 1, max: 100_000 }),
        }),
      );
const rate = fc.record({
  count: fc.integer({ min: 1, max: 100_000 }),
  perSeconds: fc.double({ min: 0.001, max: 31_536_000, noNaN: true }),
});
const concurrency = fc.integer({ min: 1, max: 100_000 });
const limit: fc.Arbitrary<Limit> = fc
  .tuple(fc.option(fc.stringMatching(/^[a-z]{1,5}(\.[a-z0-9]{1,3}){0,2}$/)), fc.option(concurrency), fc.option(rate))
  .filter(([, atOnce, starts]) => atOnce !== null || starts !== null)
  .map(([key, atOnce, starts]) => ({ key, concurrency: atOnce, rate: starts }));

/** Limits of some of the names that steps have. */
const limitsOf = (names: readonly string[]): fc.Arbitrary<readonly NamedLimit[]> =>
  fc
    .subarray([...new Set(names)].filter((name) => name !== "__proto__").sort((a, b) => (a < b ? -1 : 1)))
    .chain((some) => fc.tuple(...some.map((name) => limit.map((one) => ({ name, ...one })))));

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant("function" as const), name: text(20) }),
  fc.record({
    kind: fc.constant("test" as const),
    step: fc.constant(null),
    path: text(20),
    operator: fc.constantFrom("equals" as const, "not_equals" as const),
    value: json,
  }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  leaf,
  fc.record({
    kind: fc.constantFrom("all" as const, "any" as const),
    of: fc.array(leaf, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant("not" as const), of: leaf }),
);

const compensation: fc.Arbitrary<Compensation | null> = fc.option(
  fc.record({
    handlerClass: text(100),
    handlerConfig: fc.option(config),
    retryable: fc.boolean(),
    retryLimit: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    timeoutSeconds: fc.option(fc.double({ min: 0.001, max: 1e9, noNaN: true })),
  }),
);

const step = (index: number): fc.Arbitrary<StepDefinition> =>
  settings(index).chain((plain) =>
    fc.record({ forEach: forEachOf(plain.dependsOn), compensation }).map((added) => ({
      ...plain,
      ...added,
      onFailure: added.compensation !== null && plain.skippable ? "compensate" : plain.onFailure,
    })),
  );

const settings = (index: number): fc.Arbitrary<Omit<StepDefinition, "forEach" | "compensation">> =>
  fc.record({
    name: fc.constant(`step ${index}`),
    description: fc.string({ unit: "grapheme-ascii" }),
    dependentSystem: text(64),
    dependsOn: fc.subarray(Array.from({ length: index }, (_, i) => `step ${i}`)),
    retryable: fc.boolean(),
    retryLimit: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    skippable: fc.boolean(),
    runIf: fc.option(condition),
    whenSkipped: fc.constantFrom("satisfied", "skip_dependants"),
    onFailure: fc.constantFrom("fail", "continue"),
    defaultResults: json,
    handlerClass: text(100),
    handlerConfig: fc.option(config),
    timeoutSeconds: fc.option(fc.double({ min: 0.001, max: 1e9, noNaN: true })),
    queue: fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,20}$/)),
    priority: fc.oneof(fc.constant(0), fc.integer({ min: -32_768, max: 32_767 })),
    wait: fc.constant(null),
    limits: fc.uniqueArray(
      fc.tuple(fc.option(text(128)), limit).map(([name, one]) => ({ name, ...one })),
      {
        maxLength: 3,
        selector: ({ name, key }) => JSON.stringify([name, key]),
      },
    ),
    circuit: fc.option(
      fc.record({
        name: text(255),
        policy: fc.record({
          failures: fc.integer({ min: 1, max: 1_000 }),
          windowSeconds: fc.double({ min: 0.001, max: 86_400, noNaN: true }),
          openSeconds: fc.double({ min: 0.001, max: 86_400, noNaN: true }),
          probes: fc.integer({ min: 1, max: 1_000 }),
        }),
      }),
    ),
    customEvents: fc.array(
      fc
        .record({
          name: text(20).map((name) => `my.${name.replaceAll(".", "_")}`),
          description: fc.option(fc.string({ unit: "grapheme-ascii" })),
          // Compiling one takes as long as the rest of a template: see below.
          payloadSchema: fc.constant(null),
          condition: fc.option(fc.constantFrom(...EVENT_CONDITIONS)),
          payload: fc.constantFrom(null, { total: "results.total", order: "context" }),
        })
        .map((event) => ({ ...event, payload: event.condition === null ? null : event.payload })),
      { maxLength: 2 },
    ),
  });

/** The most steps that a definition has, each made once. */
const STEPS = [0, 1, 2, 3].map(step);

const DRAFT_4: JsonObject = { properties: { a: { minimum: 0, exclusiveMinimum: true } } };

const definition: fc.Arbitrary<TaskDefinition> = fc
  .nat(STEPS.length)
  .chain((size) =>
    fc.record({
      namespace: text(64),
      name: text(64),
      version: fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)).map((parts) => parts.join(".")),
      description: fc.option(fc.string({ unit: "grapheme-ascii" })),
      taskHandlerClass: fc.option(text(100)),
      contextSchema: fc.constantFrom<JsonObject | null>(null, { type: "object" }, DRAFT_4),
      steps: fc.tuple(...STEPS.slice(0, size)),
    }),
  )
  .chain((parts) =>
    fc
      .tuple(
        limitsOf(parts.steps.map((one) => one.dependentSystem)),
        limitsOf(parts.steps.map((one) => one.handlerClass)),
      )
      .map(([systemLimits, handlerLimits]) => ({ ...parts, systemLimits, handlerLimits })),
  )
  .chain((parts) =>
    fc
      .array(fc.constantFrom("context.card.number", "results.*.token", "error.*"))
      .map((redact) => ({ ...parts, redact })),
  );

/** The value with the keys of each object in the opposite order. */
function reverseKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reverseKeys(item)]),
  );
}

describe("the document of a definition", () => {
  test("has the schemas of events", () => {
    const text =
      "name: a\nstep_templates: [{name: s, handler_class: S, custom_events: [{name: a.b, payload_schema: {type: object}}]}]";
    const definition = parseTemplate(text);
    expect(definition.steps[0]?.customEvents[0]?.payloadSchema).toEqual({ type: "object" });
    expect(definitionFromDocument(definitionToDocument(definition))).toEqual(definition);
  });

  test("means the definition again, as a value and as a template's text", () => {
    fc.assert(
      fc.property(definition, (original) => {
        const document = definitionToDocument(original);
        expect(definitionFromDocument(JSON.parse(JSON.stringify(document)))).toEqual(original);
        expect(parseTemplate(JSON.stringify(document))).toEqual(original);
      }),
    );
  });

  test("writes defaults out and leaves out what is null", () => {
    expect(definitionToDocument(parseTemplate("name: a\nstep_templates: [{name: s, handler_class: S}]\n"))).toEqual({
      name: "a",
      namespace_name: "default",
      version: "0.1.0",
      step_templates: [
        {
          name: "s",
          description: "s",
          dependent_system: "unknown",
          depends_on_steps: [],
          default_retryable: true,
          default_retry_limit: 3,
          skippable: false,
          handler_class: "S",
          custom_events: [],
        },
      ],
    });
  });

  test.each([
    ["null", null, "found nothing, expected a mapping"],
    ["a list", [], "found a list, expected a mapping"],
    ["an unknown key", { name: "a", step_templates: [], stepTemplates: [] }, "stepTemplates: found the unknown key"],
    ["a missing key", { name: "a" }, "step_templates: is missing, expected a list"],
    [
      "a value that is not JSON",
      { name: "a", step_templates: [], description: 1n },
      "description: found a bigint, expected a JSON value",
    ],
    [
      "a wrong value",
      { name: "a", step_templates: [{ name: "s", handler_class: "S", default_retry_limit: 0 }] },
      "step_templates[0].default_retry_limit: found 0",
    ],
  ])("is refused if it is %s", (_title, value, message) => {
    expect(() => definitionFromDocument(value)).toThrow(InvalidTemplateError);
    expect(() => definitionFromDocument(value)).toThrow(message);
  });
});

describe("the hash of a definition", () => {
  test("is the SHA-256 of the canonical JSON of its document", () => {
    fc.assert(
      fc.property(definition, (original) => {
        const expected = createHash("sha256")
          .update(toCanonicalJson(definitionToDocument(original)), "utf8")
          .digest("hex");
        expect(hashDefinition(original)).toBe(expected);
      }),
    );
  });

  test("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(definition, (original) => {
        const turned = definitionFromDocument(reverseKeys(definitionToDocument(original)));
        expect(hashDefinition(turned)).toBe(hashDefinition(original));
      }),
    );
  });

  test("does not depend on layout, comments and written-out defaults, but on everything that is said", () => {
    const short = parseTemplate("name: a\nstep_templates: [{name: s, handler_class: S}]\n");
    const long = parseTemplate(
      "# the same\nversion: 0.1.0\nstep_templates:\n- handler_class: S\n  default_retry_limit: 3\n  name: s\nname: a\n",
    );
    const other = parseTemplate("name: a\nstep_templates: [{name: s, handler_class: S, default_retry_limit: 4}]\n");
    expect(hashDefinition(long)).toBe(hashDefinition(short));
    expect(hashDefinition(other)).not.toBe(hashDefinition(short));
    expect(hashDefinition(short)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("stays what it was, because running tasks refer to it", () => {
    const definition = parseTemplate("name: a\nstep_templates: [{name: s, handler_class: S}]\n");
    expect(hashDefinition(definition)).toBe("581c520f3fe5f9c6cc35c03c78bde3afd5fcd8371e424ef0407fa7986178abb5");
  });
});
