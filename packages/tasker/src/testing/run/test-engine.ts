import type { Database } from "../../database/database.ts";
import { Engine } from "../../engine/engine.ts";
import type { EngineOptions, Log } from "../../engine/options.ts";
import { EVENT_CATALOGUE } from "../../events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../../events/event.ts";
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
  /** What was published that the database tells, oldest first: changes of state, and what handlers published. */
  readonly events: readonly TaskerEvent[];
  /** What was logged, oldest first. */
  readonly lines: readonly LogLine[];
  /** Resolves with the first event that fits, past or future. */
  seen(fits: (event: TaskerEvent) => boolean): Promise<TaskerEvent>;
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
  const events: TaskerEvent[] = [];
  const waiting = new Set<{ fits: (event: TaskerEvent) => boolean; resolve: (event: TaskerEvent) => void }>();
  engine.on((event) => {
    if (!isToldByRows(event)) return;
    events.push(event);
    for (const waiter of waiting) {
      if (!waiter.fits(event)) continue;
      waiting.delete(waiter);
      waiter.resolve(event);
    }
  });
  const seen = (fits: (event: TaskerEvent) => boolean): Promise<TaskerEvent> => {
    const past = events.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => waiting.add({ fits, resolve }));
  };
  return { engine, database, clock, registry, events, lines, seen };
}

function isToldByRows({ name }: TaskerEvent): boolean {
  const definition = EVENT_CATALOGUE.get(name);
  return definition === undefined || definition.durability === "derived";
}

/** A log that keeps what it is told. */
export function recordingLog(lines: LogLine[]): Log {
  const at = (level: keyof Log) => (facts: object, message: string) => void lines.push({ level, facts, message });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
