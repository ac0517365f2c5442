import type { Database } from "../../database/database.ts";
import { PermanentError, RetryableError, StepTimeoutError } from "../../errors/index.ts";
import { bindTemplate } from "../../handlers/bind-template.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { type RecordedHandler, recordCalls } from "../handlers/recorded-handler.ts";
import { drain } from "../run/drain.ts";
import { ManualClock } from "../run/manual-clock.ts";
import { openMemoryDatabase } from "../run/memory-database.ts";
import { readTask, type TaskReport } from "../run/read-task.ts";
import { createTestEngine } from "../run/test-engine.ts";
import { tasksInState } from "../states/tasks-in-state.ts";
import type { Scenario, StepScript } from "./scenario.ts";

/**
 * The template of a scenario, whose handlers follow its scripts.
 * @param clock on which handlers sleep until their deadlines: the engine's
 */
export function scenarioTemplate({ definition, scripts }: Scenario, clock: ManualClock): TaskTemplate {
  const handlers = definition.steps.map(({ name, handlerClass }) => {
    const script = scripts[name] ?? { failures: 0, by: "error", permanent: false };
    return [handlerClass, follow(script, clock).process] as const;
  });
  return bindTemplate(definition, Object.fromEntries(handlers));
}

/** Goes by the attempt and not by the calls, so that it also knows what happened in a process that is gone. */
function follow({ failures, by, permanent }: StepScript, clock: ManualClock): RecordedHandler {
  return recordCalls(async (_execution, step) => {
    if (step.attempt <= failures) {
      if (by === "deadline") await clock.sleep(Number.POSITIVE_INFINITY, step.signal);
      if (by === "time-out") throw new StepTimeoutError(`${step.name} times out as scripted`);
      throw new RetryableError(`${step.name} fails as scripted`);
    }
    if (permanent) throw new PermanentError(`${step.name} fails for good, as scripted`, { errorCode: "SCRIPTED" });
    return { step: step.name, attempt: step.attempt };
  });
}

/** What came of a scenario. */
export interface PlayedScenario {
  readonly report: TaskReport;
  /** What differs from the expectation, a line each; empty if nothing does. */
  readonly differences: readonly string[];
}

/**
 * Runs a scenario on a real engine with a manual clock and compares what comes of it with what is expected.
 * @param options.database a migrated one, which stays open; default: one in memory, closed afterwards
 */
export async function playScenario(
  scenario: Scenario,
  options: { readonly database?: Database } = {},
): Promise<PlayedScenario> {
  const database = options.database ?? (await openMemoryDatabase());
  const clock = new ManualClock();
  const template = scenarioTemplate(scenario, clock);
  const test = createTestEngine({ database, clock, templates: [template] });
  try {
    const taskId = scenario.start === null ? null : await seed(scenario, template, database, clock);
    await test.engine.start();
    const { namespace, name, version } = scenario.definition;
    const { context } = scenario;
    const id = taskId ?? (await test.engine.submit({ namespace, name, version, context })).taskId;
    await drain(test, [id]);
    const report = await readTask(database, id);
    return { report, differences: compare(scenario, report) };
  } finally {
    await test.engine.stop({ graceMs: 0 });
    if (options.database === undefined) await database.close();
  }
}

async function seed(
  { start, context }: Scenario,
  template: TaskTemplate,
  database: Database,
  clock: ManualClock,
): Promise<number> {
  const [task] = await tasksInState(database, [{ template, steps: start ?? {}, context }], { clock });
  return task?.taskId ?? 0;
}

function compare({ expected }: Scenario, report: TaskReport): string[] {
  const differences = report.state === expected.state ? [] : [`task: ${report.state}, expected ${expected.state}`];
  for (const [name, step] of Object.entries(expected.steps)) {
    const { state = "missing", attempts = 0 } = report.steps[name] ?? {};
    if (state === step.state && attempts === step.attempts) continue;
    const wanted = `${step.state} after ${step.attempts} attempts`;
    differences.push(`step ${name}: ${state} after ${attempts} attempts, expected ${wanted}`);
  }
  return differences;
}
