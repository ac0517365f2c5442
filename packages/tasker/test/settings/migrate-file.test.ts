import { describe, expect, test } from "vitest";
import { migrateFile } from "../../src/settings/migrate-file.ts";

describe("migrating a configuration file", () => {
  test("puts options into their sections, renames what is called otherwise, keeps comments and order", () => {
    const old = `# of the shop
tasker:
  # who may come in
  authentication:
    enabled: true # and what they may do
    coordinator_class: Staff
    options: {}
  default_ttl: 60 # a minute
  backoff:
    max_backoff_seconds: 60
  environments:
    production:
      max_backoff_seconds: 600
`;
    expect(migrateFile(old, "tasker.yaml")).toEqual({
      text: `# of the shop

version: 1
# who may come in
auth:
  authorization_enabled: true # and what they may do
  authorization_coordinator_class: Staff
cache:
  default_ttl: 60 # a minute
backoff:
  max_backoff_seconds: 60
environments:
  production:
    backoff:
      max_backoff_seconds: 600
`,
      changes: [
        "took the sections out of tasker",
        "authentication is auth",
        "default_ttl is cache.default_ttl",
        "auth.enabled is auth.authorization_enabled",
        "auth.coordinator_class is auth.authorization_coordinator_class",
        "auth.options had no effect and is gone",
        "environments.production.max_backoff_seconds is backoff.max_backoff_seconds",
        "set version to 1",
      ],
    });
  });

  test("leaves a file as it is that is up to date", () => {
    const text = "version: 1\ncache:   {default_ttl: 60}\n";
    expect(migrateFile(text, "tasker.yaml")).toEqual({ text, changes: [] });
  });

  test.each([
    ["- a\n", "tasker.yaml:1: expected a mapping"],
    ["cache: [\n", "tasker.yaml:2: invalid YAML"],
  ])("refuses %j", (text, message) => expect(() => migrateFile(text, "tasker.yaml")).toThrow(message));
});
