import type { Database } from "../../database/database.ts";
import { Engine } from "../../engine/engine.ts";
import type { EngineEvent } from "../../engine/engine-event.ts";
import type { EngineOptions, Log } from "../../engine/options.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { ManualClock } from "./manual-clock.ts";

/** A line that an engine logged. */
export interface LogLine {
  readonly level: keyof Log;
  readonly facts: object;
  readonly message: string;
}

/** An engine under test with everything that a test looks at. */
export interface TestEngine {
  readonly engine: Engine;
  readonly database: Database;
  readonly clock: ManualClock;
  readonly registry: HandlerRegistry;
  /** What was published, oldest first. */
  readonly events: readonly EngineEvent[];
  /** What was logged, oldest first. */
  readonly lines: readonly LogLine[];
  /** Resolves with the first event that fits, past or future. */
  seen(fits: (event: EngineEvent) => boolean): Promise<EngineEvent>;
}

/** Options of {@link createTestEngine}: the engine's, and templates to register. */
export type TestEngineOptions = Partial<Omit<EngineOptions, "clock" | "database" | "registry">> & {
  readonly database: Database;
  /** Registered before anything else. Default: none. */
  readonly templates?: readonly TaskTemplate[];
  /** Default: a new one. */
  readonly registry?: HandlerRegistry;
  /** Default: a new one. */
  readonly clock?: ManualClock;
};

/**
 * Makes an engine on a clock that stands still, without jitter: retries wait for exactly 1, 2, 4, ... seconds. Start and
 * stop it yourself; the database stays yours. A lease that lasts keeps heartbeats, which follow the machine's clock, out
 * of tests that are not about them; they need no thread.
 */
export function createTestEngine(options: TestEngineOptions): TestEngine {
  const { templates = [], registry = new HandlerRegistry(), clock = new ManualClock(), database, ...rest } = options;
  for (const template of templates) registry.register(template);
  const lines: LogLine[] = [];
  const engine = new Engine({
    random: () => 0.5,
    log: recordingLog(lines),
    leaseMs: 600_000,
    heartbeat: "loop",
    ...rest,
    database,
    registry,
    clock,
  });
  const events: EngineEvent[] = [];
  const waiting = new Set<{ fits: (event: EngineEvent) => boolean; resolve: (event: EngineEvent) => void }>();
  engine.on((event) => {
    events.push(event);
    for (const waiter of waiting) {
      if (!waiter.fits(event)) continue;
      waiting.delete(waiter);
      waiter.resolve(event);
    }
  });
  const seen = (fits: (event: EngineEvent) => boolean): Promise<EngineEvent> => {
    const past = events.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => waiting.add({ fits, resolve }));
  };
  return { engine, database, clock, registry, events, lines, seen };
}

/** A log that keeps what it is told. */
export function recordingLog(lines: LogLine[]): Log {
  const at = (level: keyof Log) => (facts: object, message: string) => void lines.push({ level, facts, message });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
