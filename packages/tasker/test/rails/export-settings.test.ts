import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { loadConfiguration } from "../../src/settings/load-configuration.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

/** The script of the page on configuration, as it is printed there. */
function exportScript(): string {
  const page = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
  const [, script] = /```text\n(# bin\/rails runner export_tasker\.rb[\s\S]*?)```/.exec(page) ?? [];
  if (script === undefined) throw new Error("the page has no script");
  return script;
}

/** A Tasker of the same shape: sections that give hashes, with symbols, classes and durations as a Rails application has them. */
const RAILS = `
require "active_support"
require "active_support/core_ext/numeric/time"
module Shop; class Coordinator; end; end
module Tasker
  Section = Struct.new(:values) { def to_h = values }
  class Configuration
    attr_reader :sections
    def initialize
      @sections = {
        auth: { authorization_enabled: false, authorization_coordinator_class: "Tasker::Authorization::BaseCoordinator" },
        database: { name: nil, enable_secondary_database: false },
        telemetry: { log_level: "info", filtered_events: [], prometheus: { endpoint: nil, username: nil, password: nil } },
        engine: { task_handler_directory: "tasks" },
        health: { cache_duration_seconds: 15 },
        dependency_graph: { impact_multipliers: { downstream_weight: 5 } },
        backoff: { default_backoff_seconds: [1, 2, 4, 8, 16, 32], reenqueue_delays: { has_ready_steps: 0 } },
        execution: { max_concurrent_steps_limit: 12 },
        cache: { default_ttl: 300 },
      }
    end
    SECTIONS = %i[auth database telemetry engine health dependency_graph backoff execution cache].freeze
    SECTIONS.each { |name| define_method(name) { Section.new(@sections[name]) } }
  end
  def self.configuration = (@configuration ||= Configuration.new)
end
now = Tasker.configuration.sections
now[:auth] = { authorization_enabled: true, authorization_coordinator_class: Shop::Coordinator }
now[:telemetry] = { log_level: :debug, filtered_events: [/step\\.queued/],
  prometheus: { endpoint: "https://prometheus.example.com/write", username: nil, password: "hush" } }
now[:backoff] = { default_backoff_seconds: [1.second, 1.minute], reenqueue_delays: { has_ready_steps: 2 } }
now[:cache] = { default_ttl: 10.minutes }
`;

describe.skipIf(!inject("rails"))("the script that exports the settings of a Rails initializer", () => {
  test("prints what differs from the defaults as a configuration that is right here, without passwords", async () => {
    using directory = new WorkDirectory();
    const script = directory.write("export_tasker.rb", `${RAILS}\n${exportScript()}`);
    const yaml = execFileSync("ruby", [script], { encoding: "utf8" });
    expect(yaml).not.toContain("hush");
    directory.write("tasker.yaml", yaml);
    const loaded = await loadConfiguration({ cwd: directory.path, variables: {} });
    const { auth, telemetry, backoff, cache, health } = loaded.document;
    expect(auth).toMatchObject({ authorization_enabled: true, authorization_coordinator_class: "Shop::Coordinator" });
    expect(telemetry).toMatchObject({ log_level: "debug", filtered_events: ["step\\.queued"] });
    expect(telemetry.prometheus).toMatchObject({ endpoint: "https://prometheus.example.com/write", password: null });
    expect(backoff.default_backoff_seconds).toEqual([1, 60]);
    expect(backoff.reenqueue_delays.has_ready_steps).toBe(2);
    expect([cache.default_ttl, health.cache_duration_seconds]).toEqual([600, 15]);
    expect(loaded.isGiven("health")).toBe(false);
    expect(loaded.isGiven("execution")).toBe(false);
  });
});
