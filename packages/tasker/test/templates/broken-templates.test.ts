import { describe, expect, test } from "vitest";
import { InvalidTemplateError, type TemplateIssue } from "../../src/errors/index.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";

/** Marks the place in a template's text where the issue is expected. */
const MARK = "§";

function issuesOf(text: string, environment?: string): readonly TemplateIssue[] {
  try {
    parseTemplate(text, { file: "order.yaml", environment });
  } catch (error) {
    if (error instanceof InvalidTemplateError) return error.issues;
    throw error;
  }
  return [];
}

interface BrokenTemplate {
  readonly text: string;
  readonly path: string;
  readonly message: string | RegExp;
  readonly hint?: string | RegExp;
  readonly environment?: string;
}

/** A template with two steps; `top` and `step` are put into it. */
const template = (parts: { readonly top?: string; readonly step?: string }): string =>
  `name: order
${parts.top ?? "version: 1.0.0"}
step_templates:
  - name: fetch
    handler_class: Fetch
  - name: store
    handler_class: Store
    ${parts.step ?? "depends_on_step: fetch"}
`;
const inTop = (top: string) => template({ top });
const inStep = (step: string) => template({ step });
const withSchema = (schema: string) => inTop(`schema: ${schema}`);
const withSteps = (...steps: readonly string[]) =>
  `name: order\nstep_templates:\n${steps.map((step) => `  - {${step}, handler_class: H}\n`).join("")}`;
const withOverride = (override: string) => `${template({})}environments:\n  test:\n    ${override}\n`;

const BROKEN: Readonly<Record<string, BrokenTemplate>> = {
  // Text
  "an empty file": { text: "§", path: "", message: "found an empty file, expected a mapping" },
  "a file of comments": { text: "§# nothing\n", path: "", message: "found an empty file, expected a mapping" },
  "a document without content": { text: "---§\n", path: "", message: "found nothing, expected a mapping" },
  "a list at the top": { text: "§- name: order\n", path: "", message: "found a list, expected a mapping" },
  "a text at the top": { text: "§order\n", path: "", message: 'found "order", expected a mapping' },
  "several documents": {
    text: "name: a\nstep_templates: []\n§---\nname: b\n",
    path: "",
    message: "found 2 documents, expected one",
    hint: "write one template per file",
  },
  "a list that is not closed": { text: "name: [1, 2§", path: "", message: /^invalid YAML: Flow sequence/ },
  "a tab as indentation": { text: "name: a\nschema:\n§\ttype: object\n", path: "", message: /^invalid YAML: Tabs/ },
  "a priority that is no whole number of 16 bits": {
    text: inStep("priority: §32768"),
    path: "step_templates[1].priority",
    message: "found 32768, expected 32767 or less",
  },
  // Limits
  "a limit that limits nothing": {
    text: inStep("limits: [{concurrency: 1}, §{name: bank}]"),
    path: "step_templates[1].limits[1]",
    message: "found a limit that limits nothing, expected concurrency or rate",
    hint: /^such as concurrency: 3/,
  },
  "a second limit of the same name and key": {
    text: inStep("limits: [{name: a, key: b, concurrency: 1}, §{name: a, key: b, rate: {count: 1, per_seconds: 1}}]"),
    path: "step_templates[1].limits[1]",
    message: "found a second limit with the same name and key, expected one",
    hint: /^one limit may have/,
  },
  "a limit of a system that no step has": {
    text: inTop("default_dependent_system: bank\ndependent_systems: {§banc: {concurrency: 1}}"),
    path: "dependent_systems.banc",
    message: 'found a limit of the external system "banc", expected one that a step of this template has',
    hint: 'did you mean "bank"?',
  },
  "a limit of a handler that no step has": {
    text: inTop("handler_limits: {§Stor: {concurrency: 1}}"),
    path: "handler_limits.Stor",
    message: 'found a limit of the handler "Stor", expected one that a step of this template has',
    hint: 'did you mean "Store"?',
  },
  "an unknown key of a rate": {
    text: inStep("limits: [{rate: {count: 1, per_seconds: 1, §per_second: 1}}]"),
    path: "step_templates[1].limits[0].rate.per_second",
    message: 'found the unknown key "per_second", expected one of the known keys',
    hint: 'did you mean "per_seconds"?',
  },
  "an unknown key of a limit": {
    text: inStep("limits: [{§concurency: 1, rate: {count: 1, per_seconds: 1}}]"),
    path: "step_templates[1].limits[0].concurency",
    message: 'found the unknown key "concurency", expected one of the known keys',
    hint: 'did you mean "concurrency"?',
  },
  "a path that leads nowhere": {
    text: inStep("limits: [{key: §a..b, concurrency: 1}]"),
    path: "step_templates[1].limits[0].key",
    message: 'found "a..b", expected a path into the context such as customer.id',
  },
  "a key that is not a text": {
    text: inTop("§[a]: 1"),
    path: "",
    message: "found a key that is not a text, expected a text",
  },
  "an unknown alias": {
    text: inTop("description: §*none"),
    path: "description",
    message: "found an alias of an unknown anchor, expected an anchor that ends before it",
  },
  "a number that JSON does not have": {
    text: inStep("handler_config: {wait: §.inf}"),
    path: "step_templates[1].handler_config.wait",
    message: "found .inf, expected a finite number",
    hint: /JSON/,
  },
  "a number that loses digits": {
    text: inStep("handler_config: {account: §12345678901234567890}"),
    path: "step_templates[1].handler_config.account",
    message: "found 12345678901234567890, expected a number that keeps its digits (whole numbers up to 2^53 - 1 do)",
    hint: "write it in quotes, as a text",
  },
  "a hexadecimal number that loses digits": {
    text: inStep("handler_config: {mask: §0x1fffffffffffffff}"),
    path: "step_templates[1].handler_config.mask",
    message: /found 0x1fffffffffffffff, expected a number that keeps its digits/,
  },
  "binary data": {
    text: inStep("handler_config: {key: !!binary §aGk=}"),
    path: "step_templates[1].handler_config.key",
    message: "found binary data, expected a JSON value",
    hint: "write it in quotes, as a text",
  },
  "a character that the database cannot store": {
    text: inStep('handler_config: {path: §"a\\0b"}'),
    path: "step_templates[1].handler_config.path",
    message: /U\+0000/,
  },
  "half of a surrogate pair": {
    text: inTop('description: §"\\uD83D"'),
    path: "description",
    message: /half of a surrogate pair/,
  },
  "a key that the database cannot store": {
    text: inTop('"§a\\0": 1'.replace('"§', '§"')),
    path: "",
    message: /key with the character U\+0000/,
  },
  "a merge of a text": {
    text: inStep("handler_config: {§<<: text}"),
    path: 'step_templates[1].handler_config["<<"]',
    message: /expected a mapping/,
  },
  "a merge of a list with a list": {
    text: inStep("handler_config: {§<<: [[1]]}"),
    path: 'step_templates[1].handler_config["<<"]',
    message: /found a list to merge/,
  },
  // Keys
  "a misspelt key of the template": {
    text: inTop("§namespace_nam: shop"),
    path: "namespace_nam",
    message: 'found the unknown key "namespace_nam", expected one of the known keys',
    hint: 'did you mean "namespace_name"?',
  },
  "swapped letters in a key of a step": {
    text: inStep("§hanlder_config: {}"),
    path: "step_templates[1].hanlder_config",
    message: /unknown key/,
    hint: 'did you mean "handler_config"?',
  },
  "a key in camelCase": {
    text: inStep("§dependsOnSteps: [fetch]"),
    path: "step_templates[1].dependsOnSteps",
    message: /unknown key/,
    hint: 'did you mean "depends_on_steps"?',
  },
  "a part of a key": {
    text: inStep("§retry_limit: 3"),
    path: "step_templates[1].retry_limit",
    message: /unknown key/,
    hint: 'did you mean "default_retry_limit"?',
  },
  "a key that resembles none": {
    text: inStep("§colour: red"),
    path: "step_templates[1].colour",
    message: /unknown key/,
    hint: /^known keys: name, handler_class, /,
  },
  "an unknown key of an event": {
    text: inStep("custom_events: [{name: a.b, §descripton: c}]"),
    path: "step_templates[1].custom_events[0].descripton",
    message: /unknown key/,
    hint: 'did you mean "description"?',
  },
  "no name": { text: "§version: 1.0.0\nstep_templates: []\n", path: "name", message: "is missing, expected a text" },
  "no steps": { text: "§name: order\n", path: "step_templates", message: "is missing, expected a list" },
  "a step without handler_class": {
    text: "name: order\nstep_templates:\n  - §name: a\n",
    path: "step_templates[0].handler_class",
    message: "is missing, expected a text",
  },
  "a step without name": {
    text: "name: order\nstep_templates:\n  - §handler_class: A\n",
    path: "step_templates[0].name",
    message: "is missing, expected a text",
  },
  "an event without name": {
    text: inStep("custom_events: [§{}]"),
    path: "step_templates[1].custom_events[0].name",
    message: "is missing, expected a text",
  },
  "an event whose payload's schema is none": {
    text: inStep("custom_events: [{name: a.b, payload_schema: {type: §objekt}}]"),
    path: "step_templates[1].custom_events[0].payload_schema.type",
    message: /^found "objekt", which is not valid in JSON Schema/,
  },
  "an event at an end that attempts do not have": {
    text: inStep("custom_events: [{name: a.b, condition: §failed}]"),
    path: "step_templates[1].custom_events[0].condition",
    message: 'found "failed", expected one of success, failure, retryable, permanent, always',
  },
  "a field of an event from nowhere": {
    text: inStep("custom_events: [{name: a.b, condition: success, payload: {total: §result.total}}]"),
    path: "step_templates[1].custom_events[0].payload.total",
    message: /^found "result.total", expected a path that begins with one of context, /,
  },
  "a payload for an event that only the handler publishes": {
    text: inStep("custom_events: [{name: a.b, §payload: {total: results.total}}]"),
    path: "step_templates[1].custom_events[0].payload",
    message: /^found payload without condition/,
    hint: "such as condition: success",
  },
  "an event of an unnamed namespace": {
    text: inStep("custom_events: [{name: §.paid}]"),
    path: "step_templates[1].custom_events[0].name",
    message: 'found ".paid", expected a name with a dot inside, such as order.paid',
  },
  "an event with a name of the engine": {
    text: inStep("custom_events: [{name: §step.failed}]"),
    path: "step_templates[1].custom_events[0].name",
    message: /^found "step.failed", expected a name that does not begin with one of task\./,
  },
  "a step that runs for each item of nothing": {
    text: inStep("for_each: §{}"),
    path: "step_templates[1].for_each.step",
    message: "is missing, expected a text",
  },
  "a list of an unknown step": {
    text: inStep("for_each: {step: §fetsh}"),
    path: "step_templates[1].for_each.step",
    message: /unknown step "fetsh"/,
    hint: 'did you mean "fetch"?',
  },
  "items for a step without a handler": {
    text: `${withSteps("name: a")}  - {name: b, type: sleep, sleep: {seconds: 1}, for_each: §{step: a}}\n`,
    path: "step_templates[1].for_each",
    message: /expected none with the type sleep/,
  },
  "no item at a time": {
    text: inStep("for_each: {step: fetch, max_parallel: §0}"),
    path: "step_templates[1].for_each.max_parallel",
    message: /found 0, expected/,
  },
  "a name that leaves no room for the place of an item": {
    text: withSteps("name: a", `name: §${"s".repeat(123)}, for_each: {step: a}`),
    path: "step_templates[1].name",
    message: /found a name of 123 characters, expected at most 122/,
  },
  "a step that is named like an added one": {
    text: withSteps("name: a", "name: b, for_each: {step: a}", 'name: §"b[0]"'),
    path: "step_templates[2].name",
    message: /the steps that "b" adds are named so/,
  },
  "a failure that is to be compensated where nothing can be": {
    text: inStep("on_failure: §compensate"),
    path: "step_templates[1].on_failure",
    message: 'found "compensate", expected a step of the template to have a compensation',
  },
  "a compensation without a handler": {
    text: inStep("compensation: §{}"),
    path: "step_templates[1].compensation.handler_class",
    message: "is missing, expected a text",
  },
  "a step that is named like one that undoes": {
    text: withSteps("name: b, compensation: {handler_class: U}", 'name: §"undo(b)"'),
    path: "step_templates[1].name",
    message: /the steps that "b" adds are named so/,
  },
  // Values
  "a name without value": {
    text: "name:§\nstep_templates: []\n",
    path: "name",
    message: "found nothing, expected a text",
  },
  "an empty name": {
    text: 'name: §""\nstep_templates: []\n',
    path: "name",
    message: 'found "", expected a text that is not empty',
  },
  "a task name of 65 characters": {
    text: `name: §${"n".repeat(65)}\nstep_templates: []\n`,
    path: "name",
    message: "found 65 characters, expected at most 64",
  },
  "a namespace of 65 characters": {
    text: inTop(`namespace_name: §${"n".repeat(65)}`),
    path: "namespace_name",
    message: "found 65 characters, expected at most 64",
  },
  "a step name of 129 characters": {
    text: withSteps(`name: §${"s".repeat(129)}`),
    path: "step_templates[0].name",
    message: "found 129 characters, expected at most 128",
  },
  "a dependent system of 65 characters": {
    text: inStep(`dependent_system: §${"s".repeat(65)}`),
    path: "step_templates[1].dependent_system",
    message: "found 65 characters, expected at most 64",
  },
  "a version that is a number": {
    text: inTop("version: §1.0"),
    path: "version",
    message: "found 1.0, expected a text",
    hint: /"1\.0\.0"/,
  },
  "a version with a suffix": {
    text: inTop("version: §1.0.0-beta"),
    path: "version",
    message: /^found "1\.0\.0-beta", expected a version such as "1\.0\.0"/,
  },
  "a version of 17 characters": {
    text: inTop("version: §100000.100000.100"),
    path: "version",
    message: "found 17 characters, expected at most 16",
  },
  "no attempts": {
    text: inStep("default_retry_limit: §0"),
    path: "step_templates[1].default_retry_limit",
    message: "found 0, expected 1 or more",
    hint: /largest number of attempts/,
  },
  "a fraction of an attempt": {
    text: inStep("default_retry_limit: §1.5"),
    path: "step_templates[1].default_retry_limit",
    message: "found 1.5, expected a whole number",
  },
  "too many attempts for the column": {
    text: inStep("default_retry_limit: §2147483648"),
    path: "step_templates[1].default_retry_limit",
    message: "found 2147483648, expected 2147483647 or less",
  },
  "attempts as a text": {
    text: inStep('default_retry_limit: §"3"'),
    path: "step_templates[1].default_retry_limit",
    message: 'found "3", expected a number',
  },
  "no time": {
    text: inStep("timeout_seconds: §0"),
    path: "step_templates[1].timeout_seconds",
    message: "found 0, expected more than 0",
    hint: /no deadline/,
  },
  "a time as a text": {
    text: inStep("timeout_seconds: §30s"),
    path: "step_templates[1].timeout_seconds",
    message: 'found "30s", expected a number',
  },
  "a boolean as a text": {
    text: inStep('skippable: §"yes"'),
    path: "step_templates[1].skippable",
    message: 'found "yes", expected true or false',
  },
  "steps as a mapping": {
    text: "name: order\nstep_templates:\n  §fetch: {handler_class: Fetch}\n",
    path: "step_templates",
    message: "found a mapping, expected a list",
  },
  "a step as a text": {
    text: "name: order\nstep_templates:\n  - §fetch\n",
    path: "step_templates[0]",
    message: 'found "fetch", expected a mapping',
  },
  "several steps under depends_on_step": {
    text: inStep("depends_on_step: §[fetch]"),
    path: "step_templates[1].depends_on_step",
    message: "found a list, expected a text",
    hint: /depends_on_steps/,
  },
  "a single step under depends_on_steps": {
    text: inStep("depends_on_steps: §fetch"),
    path: "step_templates[1].depends_on_steps",
    message: 'found "fetch", expected a list',
  },
  "a number among dependencies": {
    text: inStep("depends_on_steps: [fetch, §5]"),
    path: "step_templates[1].depends_on_steps[1]",
    message: "found 5, expected a text",
  },
  "a handler_config that is a list": {
    text: inStep("handler_config: §[1]"),
    path: "step_templates[1].handler_config",
    message: "found a list, expected a mapping",
  },
  "an event as a text": {
    text: inStep("custom_events: [§paid]"),
    path: "step_templates[1].custom_events[0]",
    message: 'found "paid", expected a mapping',
  },
  "a word that is a boolean to Ruby only": {
    text: inStep("handler_config: {ssl: [§no]}"),
    path: "step_templates[1].handler_config.ssl[0]",
    message: "found no without quotes, expected a value that is read alike everywhere",
    hint: 'write false if a boolean is meant, "no" if a text is',
  },
  // Steps
  "two steps of one name": {
    text: withSteps("name: a", "name: §a"),
    path: "step_templates[1].name",
    message: 'found a second step "a", expected unique names',
  },
  "an unknown dependency": {
    text: withSteps("name: fetch_cart", "name: store, depends_on_step: §fetch_crat"),
    path: "step_templates[1].depends_on_step",
    message: 'found the unknown step "fetch_crat", expected the name of a step of this template',
    hint: 'did you mean "fetch_cart"?',
  },
  "an unknown dependency that resembles none": {
    text: withSteps("name: fetch_cart", "name: store, depends_on_steps: [fetch_cart, §zzz]"),
    path: "step_templates[1].depends_on_steps[1]",
    message: /unknown step "zzz"/,
    hint: "other steps: fetch_cart",
  },
  "an unknown dependency of the only step": {
    text: withSteps("name: a, depends_on_step: §zzz"),
    path: "step_templates[0].depends_on_step",
    message: /unknown step/,
    hint: "there are no other steps",
  },
  "a step that waits for itself": {
    text: withSteps("name: a, depends_on_step: §a"),
    path: "step_templates[0].depends_on_step",
    message: 'found a dependency of "a" on itself, expected other steps',
  },
  "a cycle": {
    text: withSteps("name: a, depends_on_steps: [§c]", "name: b, depends_on_step: a", "name: c, depends_on_step: b"),
    path: "step_templates[0].depends_on_steps[0]",
    message: "found a cycle of dependencies (a -> b -> c -> a), expected none",
    hint: '"a" cannot wait for "c", which waits for it',
  },
  "a step that named_steps does not list": {
    text: withSteps("name: §fetch_carts").replace("step_templates", "named_steps: [fetch_cart]\nstep_templates"),
    path: "step_templates[0].name",
    message: 'found the step name "fetch_carts", expected one of the named_steps',
    hint: 'did you mean "fetch_cart"?',
  },
  "a dependency that named_steps does not list": {
    text: withSteps("name: a, depends_on_step: §b").replace("step_templates", "named_steps: [a, b_]\nstep_templates"),
    path: "step_templates[0].depends_on_step",
    message: 'found the dependency "b", expected one of the named_steps',
    hint: 'did you mean "b_"?',
  },
  // Schema
  "a schema that is not a mapping": {
    text: withSchema("§object"),
    path: "schema",
    message: 'found "object", expected a mapping',
  },
  "an unknown type": {
    text: withSchema("{type: §objekt}"),
    path: "schema.type",
    message: /^found "objekt", which is not valid in JSON Schema: it must be one of array/,
  },
  "a limit that is a text": {
    text: withSchema('{properties: {"a/b": {minimum: §"1"}}}'),
    path: 'schema.properties["a/b"].minimum',
    message: /it must be number$/,
  },
  "an empty list of required fields in draft 4": {
    text: withSchema("{id: order, required: §[]}"),
    path: "schema.required",
    message: /must NOT have fewer than 1 items/,
  },
  "a draft-4 limit in draft 7": {
    text: withSchema('{$schema: "http://json-schema.org/draft-07/schema#", exclusiveMinimum: §true}'),
    path: "schema.exclusiveMinimum",
    message: /found true/,
  },
  "an unknown dialect": {
    text: withSchema('{$schema: §"http://json-schema.org/draft-03/schema#"}'),
    path: "schema.$schema",
    message: /found the dialect/,
    hint: /draft-04.*2020-12/,
  },
  "a reference to nowhere": {
    text: withSchema('{properties: {a: {allOf: [{$ref: §"#/definitions/b"}]}}}'),
    path: "schema.properties.a.allOf[0].$ref",
    message: /found the reference "#\/definitions\/b"/,
  },
  "a property pattern that is no regular expression": {
    text: withSchema('{patternProperties: {§"[": {}}}'),
    path: 'schema.patternProperties["["]',
    message: /^found "\[", expected a regular expression: /,
  },
  "a pattern that is no regular expression": {
    text: withSchema('{properties: {a: {pattern: §"("}}}'),
    path: "schema.properties.a.pattern",
    message: /^found "\(", expected a regular expression: /,
  },
  "an asynchronous schema": { text: withSchema("{$async: §true}"), path: "schema.$async", message: /asynchronous/ },
  // Environments
  "environments as a list": {
    text: `${template({})}environments: §[test]\n`,
    path: "environments",
    message: "found a list, expected a mapping",
  },
  "an environment as a text": {
    text: `${template({})}environments: {test: §debug}\n`,
    path: "environments.test",
    message: 'found "debug", expected a mapping',
  },
  "an override of an unknown step": {
    text: withOverride("step_templates: [{name: §fetsh, handler_config: {}}]"),
    path: "environments.test.step_templates[0].name",
    message: 'found an override of the unknown step "fetsh", expected a step of this template',
    hint: 'did you mean "fetch"?',
  },
  "an override without a name": {
    text: withOverride("step_templates: [§{handler_config: {}}]"),
    path: "environments.test.step_templates[0].name",
    message: "is missing, expected the name of the step to override",
  },
  "an override whose name is a number": {
    text: withOverride("step_templates: [{name: §1}]"),
    path: "environments.test.step_templates[0].name",
    message: "found 1, expected the name of the step to override",
  },
  "an override as a text": {
    text: withOverride("step_templates: [§fetch]"),
    path: "environments.test.step_templates[0]",
    message: 'found "fetch", expected a mapping',
  },
  "overrides as a mapping": {
    text: withOverride("step_templates: §{fetch: {}}"),
    path: "environments.test.step_templates",
    message: "found a mapping, expected a list",
  },
  "two overrides of one step": {
    text: withOverride("step_templates: [{name: fetch}, {name: §fetch}]"),
    path: "environments.test.step_templates[1].name",
    message: 'found a second override of the step "fetch", expected one',
  },
  "an unknown key in an override": {
    text: withOverride("step_templates: [{name: fetch, §handler_confg: {}}]"),
    path: "environments.test.step_templates[0].handler_confg",
    message: /unknown key/,
    hint: 'did you mean "handler_config"?',
  },
  "a wrong value in the override of an environment that is not chosen": {
    text: withOverride("step_templates: [{name: store, default_retry_limit: §0}]"),
    environment: "production",
    path: "environments.test.step_templates[0].default_retry_limit",
    message: "found 0, expected 1 or more",
  },
  "a wrong value in the base that the chosen environment replaces": {
    text: `${inStep("default_retry_limit: §0")}environments: {test: {step_templates: [{name: store, default_retry_limit: 1}]}}\n`,
    environment: "test",
    path: "step_templates[1].default_retry_limit",
    message: "found 0, expected 1 or more",
  },
  "a cycle that an override closes": {
    text: withOverride("step_templates: [{name: fetch, depends_on_step: §store}]"),
    path: "environments.test.step_templates[0].depends_on_step",
    message: "found a cycle of dependencies (fetch -> store -> fetch), expected none",
  },
  "an unknown dependency in an override": {
    text: withOverride("step_templates: [{name: store, depends_on_step: §fetched}]"),
    path: "environments.test.step_templates[0].depends_on_step",
    message: /unknown step "fetched"/,
    hint: 'did you mean "fetch"?',
  },
  "an invalid schema in an override": {
    text: withOverride("schema: {properties: {a: {type: §txt}}}"),
    path: "environments.test.schema.properties.a.type",
    message: /found "txt"/,
  },
  "environments inside an environment": {
    text: withOverride("§environments: {}"),
    path: "environments.test.environments",
    message: /unknown key "environments"/,
  },
};

describe("a broken template is refused with file, line, column, path and hint", () => {
  test.each(Object.entries(BROKEN))("%s", (_title, { text, path, message, hint, environment }) => {
    const before = text.slice(0, text.indexOf(MARK)).split("\n");
    const issues = issuesOf(text.replace(MARK, ""), environment);
    expect(issues).toHaveLength(1);
    const [issue] = issues;
    expect(issue).toMatchObject({
      file: "order.yaml",
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      path,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    if (hint !== undefined) {
      expect(issue?.hint).toEqual(typeof hint === "string" ? hint : expect.stringMatching(hint));
    }
  });
});

test("all issues are listed, in the order of the text, each once", () => {
  const text = `version: 1
step_templates:
  - name: a
    handler_class: A
    default_retry_limit: 0
    depends_on_steps: [b, zz]
  - name: b
    depends_on_step: a
environments:
  one: {step_templates: [{name: a, skippable: 1}]}
  two: {step_templates: [{name: a, skippable: 2}, {name: c}]}
`;
  expect(issuesOf(text).map(({ line, path }) => `${line} ${path}`)).toEqual([
    "1 name",
    "1 version",
    "5 step_templates[0].default_retry_limit",
    "6 step_templates[0].depends_on_steps[0]",
    "6 step_templates[0].depends_on_steps[1]",
    "7 step_templates[1].handler_class",
    "10 environments.one.step_templates[0].skippable",
    "11 environments.two.step_templates[0].skippable",
    "11 environments.two.step_templates[1].name",
  ]);
});

test("every cycle is listed, also when they share no step", () => {
  const text = withSteps(
    "name: a, depends_on_step: b",
    "name: b, depends_on_step: a",
    "name: c, depends_on_steps: [a, d]",
    "name: d, depends_on_step: c",
  );
  expect(issuesOf(text).map((issue) => issue.path)).toEqual([
    "step_templates[0].depends_on_step",
    "step_templates[2].depends_on_steps[1]",
  ]);
});

test("the message has one line for each issue", () => {
  expect(() => parseTemplate("name: 1\nstep_templates: 2\n", { file: "a.yaml" })).toThrow(
    "a.yaml:1:7: name: found 1, expected a text\na.yaml:2:17: step_templates: found 2, expected a list",
  );
});

test("text that nests or repeats itself without end is refused, not followed", () => {
  const laughs = Array.from({ length: 8 }, (_, level) => `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`);
  const bomb = ["a0: &a0 [1,1,1,1,1,1,1,1,1]", ...laughs.slice(1)].join("\n");
  expect(issuesOf(bomb).some((issue) => issue.message.includes("more than 200000 values"))).toBe(true);
  const deep = `name: a\nschema: ${"[".repeat(150)}${"]".repeat(150)}\n`;
  expect(issuesOf(deep).some((issue) => issue.message.includes("more than 100 levels"))).toBe(true);
  expect(issuesOf(`name: a\nx: &x {self: *x}\n`).some((issue) => issue.message.includes("inside its own anchor"))).toBe(
    true,
  );
  expect(issuesOf("[".repeat(20_000)).length).toBeGreaterThan(0);
});
