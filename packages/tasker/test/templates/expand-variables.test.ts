import { describe, expect, test } from "vitest";
import { InvalidTemplateError } from "../../src/errors/index.ts";
import { hashDefinition } from "../../src/templates/definition-hash.ts";
import { parseTemplate, parseTemplateObject, type ReadingOptions } from "../../src/templates/parse-template.ts";

/** The name as a placeholder. */
const braced = (name: string) => `\${${name}}`;

const TEXT = `
name: order
schema: {type: object, properties: {code: {type: string, description: "\${5} off"}}}
step_templates:
  - name: charge
    handler_class: Charge
    timeout_seconds: \${TIMEOUT:-30}
    default_retryable: \${RETRY}
    handler_config: {url: "https://\${HOST:-localhost}/v\${API}", quoted: "\${API}", raw: "$\${API}", list: ["\${API}"]}
environments:
  production:
    step_templates: [{name: charge, handler_config: {key: "\${KEY}"}}]
`;
const variables = { RETRY: "false", API: "2", HOST: undefined };

const issuesOf = (text: string, options: ReadingOptions): string[] => {
  try {
    parseTemplate(text, { ...options, file: "order.yaml" });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidTemplateError)) throw error;
    return error.message.split("\n");
  }
};

describe("variables in a template", () => {
  test("are put in where that is asked for: numbers and booleans without quotes, texts within", () => {
    const [step] = parseTemplate(TEXT, { variables: { ...variables, TIMEOUT: "2.5" } }).steps;
    expect(step).toMatchObject({
      timeoutSeconds: 2.5,
      retryable: false,
      handlerConfig: { url: "https://localhost/v2", quoted: "2", raw: braced("API"), list: ["2"] },
    });
    expect(parseTemplate(TEXT, { variables }).steps[0]?.timeoutSeconds).toBe(30);
  });

  test("stay as they are where it is not asked for", () => {
    const text = `name: a\nstep_templates: [{name: s, handler_class: S, handler_config: {url: '${braced("HOST")}'}}]`;
    const plain = parseTemplate(text);
    expect(plain.steps[0]?.handlerConfig).toEqual({ url: braced("HOST") });
    expect(hashDefinition(parseTemplate(text, { variables: { HOST: "x" } }))).not.toBe(hashDefinition(plain));
  });

  test("that are not set are errors with their place, in the chosen environment only", () => {
    expect(issuesOf(TEXT, { variables: { API: "2" } })).toEqual([
      "order.yaml:8:24: step_templates[0].default_retryable: found the variable RETRY, which is not set and has no default (set it, or write " +
        `${braced("RETRY:-default")})`,
    ]);
    expect(issuesOf(TEXT, { variables, environment: "production" })).toEqual([
      expect.stringMatching(/^order.yaml:12:\d+: .*found the variable KEY, which is not set/),
    ]);
    expect(issuesOf(TEXT, { variables: { ...variables, KEY: "" }, environment: "production" })).toEqual([]);
  });

  test("do not hide what is wrong besides them, also in other environments", () => {
    const text = `${TEXT}    version: one\n`;
    expect(issuesOf(text, { variables })).toEqual([
      expect.stringContaining('version: found "one", expected a version'),
    ]);
  });

  test.each([
    braced(""),
    braced("1a"),
    braced("a b"),
    braced("a").slice(0, -1),
  ])("%j is no placeholder, and an error", (placeholder) => {
    const config = {
      name: "a",
      step_templates: [{ name: "s", handler_class: "S", handler_config: { x: placeholder } }],
    };
    expect(() => parseTemplateObject(config, { variables: {} })).toThrow(
      `step_templates[0].handler_config.x: found ${JSON.stringify(placeholder)}, expected \${NAME}`,
    );
  });

  test("are not looked for in the prototype of the map", () => {
    const config = { name: "a", step_templates: [{ name: "s", handler_class: braced("constructor") }] };
    expect(() => parseTemplateObject(config, { variables: {} })).toThrow(
      "found the variable constructor, which is not set",
    );
  });

  test("leave references to secrets in handler_config as they are, escaped or not, and are refused elsewhere", () => {
    const text = (name: string, key: string) =>
      `name: "${name}"\nstep_templates: [{name: a, handler_class: A, handler_config: {key: "${key}"}}]\n`;
    const [step] = parseTemplate(text("order", `${braced("env:KEY")} $${braced("file:/a")} ${braced("API")}`), {
      variables,
    }).steps;
    expect(step?.handlerConfig).toEqual({ key: `${braced("env:KEY")} $${braced("file:/a")} 2` });
    expect(issuesOf(text(braced("env:KEY"), ""), { variables }).join()).toContain("secrets are for handler_config");
  });
});
