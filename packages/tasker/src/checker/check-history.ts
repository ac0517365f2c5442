import type { Connection, Database } from "../database/database.ts";
import { bool, int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { InvalidRequestError, MigrationError } from "../errors/index.ts";
import { checkSharedTasksStatement, checkTasksStatement } from "./check-tasks.ts";
import { type HistoryReport, RuleTally } from "./history-report.ts";
import { CONCURRENCY_LIMITS, findExceededLimits } from "./rules/concurrency-limits.ts";
import { CYCLIC_EDGES, findCyclicEdges } from "./rules/cyclic-edges.ts";
import { HISTORY_RULES } from "./rules.ts";
import { nextStretch, type TaskStretch } from "./task-stretch.ts";

/** What of a database is checked, and how. */
export interface CheckOptions {
  /** Only this task. */
  readonly taskId?: number;
  /** Only tasks created at this moment or later. */
  readonly since?: Date;
  /** Findings listed of each rule, those that are certain and those that are not apart; all are counted. Default: 20. */
  readonly limit?: number;
  /** How long after the end of a process its tasks may wait to be taken over, in milliseconds. Default: 15,000. */
  readonly takeoverMs?: number;
  /** Called after each stretch of tasks with how many tasks and steps have been checked. */
  readonly onProgress?: (checked: { readonly tasks: number; readonly steps: number }) => void;
}

/**
 * One snapshot for all, and nothing can be written. Rows are looked up by index where the statements say so, and what these
 * give is joined by hashing: plans that stay right whether a table is empty, never analysed or large.
 */
const SETTINGS = `
  set transaction isolation level repeatable read, read only;
  set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_nestloop = off;
  set local enable_mergejoin = off; set local jit = off; set local work_mem = '64MB';
  set local timezone = 'UTC'`;

/** Which tables there are: the reference's, any of the engine's, all of them. */
export const knownTablesStatement = statement({
  name: "check_known_tables",
  text: `
    select to_regclass('tasker_workflow_step_transitions') is not null as shared, to_regclass('tasker_task_runs') is not null
      as engine, to_regclass('tasker_permits') is not null
      and to_regclass('tasker_step_executions') is not null as whole`,
  parameters: [],
  columns: { shared: bool, engine: bool, whole: bool },
});

/** The task `$1` with the number of its steps. */
export const oneTaskStatement = statement({
  name: "check_one_task",
  text: `
    select k.task_id, (select count(*) from tasker_workflow_steps w where w.task_id = k.task_id) as steps
    from tasker_tasks k where k.task_id = $1::int8`,
  parameters: [int8],
  columns: { task_id: int8, steps: int8 },
});

/**
 * Verifies the audit trail: the transitions of tasks and steps, the columns that follow from them, the graph, and who owns
 * what. Reads everything in one read-only transaction, some thousand tasks at a time, also while engines are working, and also
 * on a database that only Rails has written to. That transaction lasts as long as the check, and what is deleted meanwhile is
 * vacuumed after it.
 * @throws InvalidRequestError if there is no task with the id `taskId`
 * @throws MigrationError if the schema is missing or out of date
 */
export function checkHistory(database: Database, options: CheckOptions = {}): Promise<HistoryReport> {
  const check = async (transaction: Connection) => {
    await transaction.execute(SETTINGS);
    return checkSnapshot(transaction, options);
  };
  return database.transaction(check, { unlimited: true });
}

async function checkSnapshot(connection: Connection, options: CheckOptions): Promise<HistoryReport> {
  const { limit = 20, takeoverMs = 15_000, taskId, since, onProgress } = options;
  const isWhole = await hasEngineTables(connection);
  const check = isWhole ? checkTasksStatement : checkSharedTasksStatement;
  const rules = isWhole ? HISTORY_RULES : HISTORY_RULES.filter((rule) => rule.readsEngineTables !== true);
  const tallies = new Map([...rules, CYCLIC_EDGES].map((rule) => [rule.name, new RuleTally(rule, limit)]));
  let tasks = 0;
  let steps = 0;
  for await (const stretch of stretches(connection, taskId, since ?? null)) {
    if (stretch.taskIds.length === 0) continue;
    for (const row of await connection.run(check, [stretch.taskIds, limit, takeoverMs])) {
      const finding = { taskId: row.task_id, stepId: row.step_id, found: row.found, unclear: row.unclear };
      // Each row says how many there are, and the first one is counted.
      const total = row.place === 1 ? row.total : 0;
      const counted = { violations: row.unclear ? 0 : total, unclear: row.unclear ? total : 0 };
      tallies.get(row.rule)?.add({ ...counted, findings: [finding] });
    }
    const cycles = await findCyclicEdges(connection, stretch.taskIds);
    tallies.get(CYCLIC_EDGES.name)?.add({ violations: cycles.length, unclear: 0, findings: cycles });
    tasks += stretch.taskIds.length;
    steps += stretch.steps;
    onProgress?.({ tasks, steps });
  }
  const isPart = taskId !== undefined || since !== undefined;
  if (isWhole && !isPart) {
    const limits = new RuleTally(CONCURRENCY_LIMITS, limit);
    limits.add(await findExceededLimits(connection, limit));
    tallies.set(CONCURRENCY_LIMITS.name, limits);
  }
  const reports = [...tallies.values()].map((tally) => tally.report());
  return {
    tasks,
    steps,
    violations: reports.reduce((sum, { violations }) => sum + violations, 0),
    unclear: reports.reduce((sum, { unclear }) => sum + unclear, 0),
    rules: reports,
    unchecked: uncheckedRules(isWhole, isPart),
  };
}

async function hasEngineTables(connection: Connection): Promise<boolean> {
  const [known] = await connection.run(knownTablesStatement, []);
  if (known?.shared !== true || (known.engine && !known.whole)) {
    throw new MigrationError("the database has no up-to-date schema of Tasker: run 'tasker migrate' on it first");
  }
  return known.engine;
}

async function* stretches(
  connection: Connection,
  taskId: number | undefined,
  since: Date | null,
): AsyncGenerator<TaskStretch> {
  if (taskId !== undefined) {
    const [row] = await connection.run(oneTaskStatement, [taskId]);
    if (row === undefined) throw new InvalidRequestError(`there is no task ${taskId}`, { context: { taskId } });
    yield { taskIds: [row.task_id], steps: row.steps, next: null };
    return;
  }
  let after: number | null = 0;
  while (after !== null) {
    const stretch: TaskStretch = await nextStretch(connection, after, since);
    yield stretch;
    after = stretch.next;
  }
}

function uncheckedRules(isWhole: boolean, isPart: boolean): HistoryReport["unchecked"] {
  const missing = isWhole ? [] : [...HISTORY_RULES.filter((rule) => rule.readsEngineTables), CONCURRENCY_LIMITS];
  return [
    ...missing.map(({ name }) => ({ rule: name, reason: "the database has the tables of the reference only" })),
    ...(isWhole && isPart ? [{ rule: CONCURRENCY_LIMITS.name, reason: "it is about all tasks together" }] : []),
  ];
}
