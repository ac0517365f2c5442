import { describe, expect, test } from "vitest";
import { ConfigurationError, InvalidRequestError } from "../../../src/errors/index.ts";
import { parseApiConfig } from "../../../src/handlers/api/api-config.ts";
import { ApiStepHandler } from "../../../src/handlers/api/api-step-handler.ts";
import { bindTemplate } from "../../../src/handlers/bind-template.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import type { JsonObject } from "../../../src/json/json-value.ts";
import { parseTemplate } from "../../../src/templates/parse-template.ts";

const url = "https://api.example.com/v1";

function defectsOf(config: unknown): string[] {
  try {
    parseApiConfig(config);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error instanceof Error ? error.message.split("\n").slice(1) : [];
  }
}

describe("the configuration of an API step", () => {
  test("has the same defaults wherever it comes from", () => {
    const settings = parseApiConfig({ url });
    expect(settings).toMatchObject({
      timeoutSeconds: 30,
      method: "GET",
      exponential: true,
      retryDelay: null,
      maxRedirects: 0,
      maxResponseBytes: 1_000_000,
    });
    const asInYaml = { type: "api", url, params: null, headers: null, ssl: null, enable_exponential_backoff: null };
    expect(parseApiConfig(asInYaml)).toEqual(settings);
  });

  test("takes the names that documents of the reference use, as far as they mean something", () => {
    expect(parseApiConfig({ url, timeout: 5, method: "post", retry_delay: 2, jitter_factor: 0 })).toMatchObject({
      timeoutSeconds: 5,
      method: "POST",
      retryDelay: 2,
      jitterFactor: 0,
    });
  });

  test.each([
    [null, "handler_config: expected"],
    [{}, "url: is missing, expected a URL"],
    [{ url: "ftp://x" }, "url: expected a URL of http or https"],
    [{ url: "https://user:secret@host" }, "url: expected a URL of http or https, without credentials"],
    [{ url, retries: 3 }, "retries: unknown (default_retry_limit of the step"],
    [{ url, retry_backoff: true }, "retry_backoff: unknown (enable_exponential_backoff"],
    [{ api_endpoint: url }, "api_endpoint: unknown (url is"],
    [{ url, heders: {} }, 'heders: unknown (did you mean "headers"?)'],
    [{ url, ssl: { verfy: false } }, 'ssl.verfy: unknown (did you mean "verify"?)'],
    [{ url, request: { bdy: 1 } }, 'request.bdy: unknown (did you mean "body"?)'],
    [{ url, statuses: { ok: [1] } }, "statuses.ok: unknown (known keys: success, retryable, permanent)"],
    [{ url, redact: { heders: [] } }, 'redact.heders: unknown (did you mean "headers"?)'],
    [{ url, statuses: { success: ["2x"] } }, "statuses.success.0: expected a status"],
    [{ url, method: "FETCH" }, "method: expected one of GET"],
    [{ url, timeout_seconds: 0 }, "timeout_seconds: expected more than 0"],
    [{ url, timeout: 1, timeout_seconds: 1 }, "timeout: found beside timeout_seconds"],
    [{ url, params: { a: {} } }, "params.a: expected"],
  ])("is refused with a hint: %j", (config, message) => {
    expect(defectsOf(config).find((line) => line.startsWith(message))).toBeDefined();
  });

  test("is looked at when a template is bound", () => {
    const bind = (config: JsonObject) =>
      bindTemplate(
        parseTemplate(
          JSON.stringify({
            name: "fetch",
            step_templates: [{ name: "get", handler_class: "ApiStepHandler", handler_config: config }],
          }),
        ),
        {},
      );
    // It needs no code: the handler is there under its own name.
    expect(bind({ url }).createStepHandler("get")).toBeInstanceOf(ApiStepHandler);
    expect(() => bind({ url, retries: 3 })).toThrow(InvalidRequestError);
    expect(() => bind({ url, retries: 3 })).toThrow("does not take its handler_config");
  });

  test("is typed where a task is defined in TypeScript", () => {
    const template = defineTask({ name: "fetch" })
      .step("get", { handler: ApiStepHandler, handlerConfig: { url, timeout_seconds: 5 } })
      .build();
    expect(template.definition.steps[0]).toMatchObject({
      handlerClass: "ApiStepHandler",
      handlerConfig: { url, timeout_seconds: 5 },
    });
    // @ts-expect-error url is missing
    defineTask({ name: "fetch" }).step("get", { handler: ApiStepHandler, handlerConfig: { timeout_seconds: 5 } });
  });
});
