import { expect } from "vitest";
import { systemClock } from "../../../src/clock/clock.ts";
import { followSettings } from "../../../src/settings/live/follow-settings.ts";
import { openSettings } from "../../../src/settings/live/settings.ts";
import { WorkDirectory } from "../../cli/support/work-directory.ts";
import { graphTemplate, useDatabase } from "../../support/engine-harness.ts";
import { openTestDatabase } from "../../support/test-database.ts";
import type { Scenario } from "./scenario.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

const changedFile: Scenario = {
  title: "a configuration file that is changed: rightly, wrongly, and in what takes effect at the next start",
  shows: {
    "configuration.changed": [{ options: ["backoff.max_backoff_seconds"], sources: ["tasker.yaml:2"] }],
    "configuration.refused": [
      { problems: [expect.stringContaining("tasker.yaml:2: backoff.max_backoff_seconds is 0")] },
    ],
    "configuration.restart_needed": [{ options: ["engine.max_tasks"] }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    using directory = new WorkDirectory({ "tasker.yaml": "version: 1\n" });
    const { engine } = await stage.start(database, [graphTemplate("a")]);
    const settings = await openSettings({ cwd: directory.path, variables: {}, lookEveryMs: 3_600_000 });
    const unfollow = followSettings({ settings, engine, database, clock: systemClock, log });
    const backoff = (seconds: number) => `version: 1\nbackoff: {max_backoff_seconds: ${seconds}}\n`;
    for (const text of [backoff(60), backoff(0), `${backoff(60)}engine: {max_tasks: 5}\n`]) {
      directory.write("tasker.yaml", text);
      await settings.reload();
    }
    await settings.close();
    await unfollow();
    await engine.stop();
  },
};

export const SETTINGS: readonly Scenario[] = [changedFile];
