import { recordAudit } from "../../auth/audit/record-audit.ts";
import type { Cache } from "../../cache/cache.ts";
import type { Clock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Log } from "../../engine/options.ts";
import type { Health } from "../../health/health.ts";
import { engineChangesFrom } from "../engine-options.ts";
import { originText } from "../origin.ts";
import { violationLine } from "../violation.ts";
import type { Settings, SettingsNews } from "./settings.ts";

/** What follows the settings of a process. */
export interface SettingsFollower {
  readonly settings: Settings;
  readonly engine: Engine;
  /** Takes over the section `health`. Default: there is none. */
  readonly health?: Pick<Health, "reconfigure">;
  /** Takes over the section `cache`. Default: there is none. */
  readonly cache?: Pick<Cache, "reconfigure">;
  readonly database: Connection;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the number of steps was given by hand: options of the section `execution` do not change it. Default: no. */
  readonly hasFixedConcurrency?: boolean;
  /** Name of this process in the audit log. Default: `process <id>`. */
  readonly actor?: string;
}

/**
 * Lets a running engine take over what changes in its settings. Each change is told as an event, logged, and, where it came from
 * a file, written to the audit log by every process that has taken it over; what came from the database is there already.
 * @returns ends it, when what is under way is written
 */
export function followSettings(follower: SettingsFollower): () => Promise<void> {
  let work: Promise<void> = Promise.resolve();
  const end = follower.settings.onNews((news) => {
    work = work
      .then(() => take(follower, news))
      .catch((err: unknown) => follower.log.error({ err }, "a change of the configuration could not be taken over"));
  });
  return async () => {
    end();
    await work;
  };
}

async function take(follower: SettingsFollower, news: SettingsNews): Promise<void> {
  const { engine, log } = follower;
  switch (news.kind) {
    case "unread":
      log.warn({ err: news.error }, "settings could not be read anew: those that were known stay in force");
      return;
    case "refused": {
      const problems = news.violations.map(violationLine);
      log.error({ problems }, "the configuration has changed and is wrong: the one before stays in force");
      engine.events.tell("configuration.refused", null, () => ({ problems }));
      return;
    }
    case "changed":
      await takeChange(follower, news);
  }
}

async function takeChange(
  follower: SettingsFollower,
  { loaded, changed, pending, cause }: Extract<SettingsNews, { kind: "changed" }>,
): Promise<void> {
  const { engine, log } = follower;
  if (changed.length > 0) {
    const { execution, ...others } = engineChangesFrom(loaded);
    engine.reconfigure(follower.hasFixedConcurrency === true ? others : { ...others, execution });
    const isIn = (section: string) => changed.some((path) => path.startsWith(`${section}.`));
    if (isIn("health")) follower.health?.reconfigure(loaded.document.health);
    if (isIn("cache")) follower.cache?.reconfigure(loaded.document.cache);
    const sources = [...new Set(changed.map((path) => originText(loaded.origin(path))))];
    log.info({ options: changed, sources }, "the configuration has changed");
    engine.events.tell("configuration.changed", null, () => ({ options: changed, sources }));
    if (cause === "files") await record(follower, changed, sources);
  }
  if (pending.length > 0) {
    log.warn({ options: pending }, "options have changed that take effect at the next start");
    engine.events.tell("configuration.restart_needed", null, () => ({ options: pending }));
  }
}

async function record(
  { database, clock, log, actor = `process ${process.pid}` }: SettingsFollower,
  options: readonly string[],
  sources: readonly string[],
): Promise<void> {
  try {
    await recordAudit(database, {
      at: new Date(clock.now()),
      actor,
      actorKind: "system",
      source: "configuration",
      action: "config.reload",
      resource: "tasker.configuration",
      details: { options, sources },
    });
  } catch (error) {
    log.error({ err: error, options }, "a change of the configuration could not be written to the audit log");
  }
}
