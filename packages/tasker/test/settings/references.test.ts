import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shownOption } from "../../src/settings/describe-option.ts";
import { openSettings } from "../../src/settings/live/settings.ts";
import { type ConfigurationSources, loadConfiguration } from "../../src/settings/load-configuration.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

async function load(text: string, sources: ConfigurationSources = {}) {
  using directory = new WorkDirectory({ "tasker.yaml": text });
  return await loadConfiguration({ cwd: directory.path, variables: {}, ...sources });
}

describe("references in a configuration", () => {
  test("stand for texts, and for what their option has", async () => {
    const text = `version: 1
telemetry:
  service_name: "tasker-\${env:REGION:-eu}"
  prometheus: {username: me, password: "\${env:PASSWORD}"}
  filtered_events: "\${env:EVENTS}"
  log_level: "\${env:LEVEL}"
cache: {default_ttl: "\${env:TTL}"}
engine: {sharing: "\${env:SHARING}", redact: ["\${env:PLACE}"]}
`;
    const variables = {
      PASSWORD: "hush-hush",
      EVENTS: "step.*,task.started",
      LEVEL: "warn",
      TTL: "60",
      SHARING: "false",
      PLACE: "results",
    };
    const loaded = await load(text, { variables });
    const { telemetry, cache, engine } = loaded.document;
    expect([telemetry.service_name, telemetry.prometheus.password]).toEqual(["tasker-eu", "hush-hush"]);
    expect([telemetry.filtered_events, telemetry.log_level]).toEqual([["step.*", "task.started"], "warn"]);
    expect([cache.default_ttl, engine.sharing, engine.redact]).toEqual([60, false, ["results"]]);
    const shown = (path: string) => shownOption(loaded, path).value;
    expect(shown("telemetry.prometheus.password")).toBe(`\${env:PASSWORD}`);
    expect(shown("telemetry.service_name")).toBe(`tasker-\${env:REGION:-eu}`);
    expect(shown("cache.default_ttl")).toBe(`\${env:TTL}`);
  });

  test("that lead to nothing are told with everything else that is wrong, by where they were written", async () => {
    const text = `version: 1
telemetry: {prometheus: {username: me, password: "\${env:PASSWORD}"}}
cache:
  default_ttl: "\${env:TTL}"
  min_adaptive_ttl: "\${env:LEAST}"
  max_adaptive_ttl: "\${file:/nowhere/at/all}"
  dashboard_cache_ttl: "\${env:}"
environments:
  production: {cache: {default_ttl: "\${env:OTHER}"}}
`;
    const refused = load(text, { variables: { LEAST: "much" } });
    await expect(refused).rejects.toThrow(
      [
        `tasker.yaml:2: telemetry.prometheus.password is "\${env:PASSWORD}", expected a reference that leads somewhere: the variable PASSWORD is not set`,
        `tasker.yaml:4: cache.default_ttl is "\${env:TTL}", expected a reference that leads somewhere: the variable TTL is not set`,
        `tasker.yaml:5: cache.min_adaptive_ttl is "\${env:LEAST}", expected a whole number from 1 to 2147483647`,
        `tasker.yaml:6: cache.max_adaptive_ttl is "\${file:/nowhere/at/all}", expected a reference that leads somewhere: the file /nowhere/at/all cannot be read`,
        `tasker.yaml:7: cache.dashboard_cache_ttl is "\${env:}", expected \${env:NAME}, \${file:PATH}, or one of them with a default: \${env:NAME:-default}`,
      ].join("\n"),
    );
  });

  test("may lead to nothing where a configuration is only shown", async () => {
    const text = `version: 1\ncache: {default_ttl: "\${env:TTL}"}\ntelemetry: {service_name: "\${env:NAME}"}\n`;
    const loaded = await load(text, { mayMissReferences: true });
    expect(shownOption(loaded, "cache.default_ttl").value).toBe(`\${env:TTL}`);
    expect(shownOption(loaded, "telemetry.service_name").value).toBe(`\${env:NAME}`);
  });

  test("to files are followed by a running process", async () => {
    using directory = new WorkDirectory({ ttl: "60\n" });
    const file = join(directory.path, "ttl");
    directory.write("tasker.yaml", `version: 1\ncache: {default_ttl: "\${file:${file}}"}\n`);
    const settings = await openSettings({ cwd: directory.path, variables: {}, lookEveryMs: 60_000 });
    expect(settings.current.cache.default_ttl).toBe(60);
    const changed: (readonly string[])[] = [];
    settings.onNews((news) => void (news.kind === "changed" && changed.push(news.changed)));
    directory.write("ttl", "never\n");
    await settings.reload();
    expect(settings.current.cache.default_ttl).toBe(60);
    directory.write("ttl", "90\n");
    await settings.reload();
    expect([settings.current.cache.default_ttl, changed]).toEqual([90, [["cache.default_ttl"]]]);
    await settings.close();
    expect(settings.loaded.files).toContain(file);
  });
});
