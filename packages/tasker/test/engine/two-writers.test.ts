import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { createRailsTask, type RailsRow, type RailsTarget, transitionLikeRails } from "../support/rails-rows.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const TASKS = 300;

/** Numbers in [0, 1) that are the same in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** An operator who works beside the engines: cancels, resolves, retries and runs steps, by the reference's protocol. */
class Operator {
  readonly rows: RailsRow[] = [];
  readonly #database: Database;
  readonly #random: () => number;

  constructor(database: Database, seed: number) {
    this.#database = database;
    this.#random = seededRandom(seed);
  }

  /** Does something to one task. */
  async act(taskId: number): Promise<void> {
    const kind = this.#random();
    if (kind < 0.15) return void (await this.#move({ task: taskId }, "cancelled"));
    const steps = await this.#database.query(
      `select w.workflow_step_id as id, x.to_state from tasker_workflow_steps w
       left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
       where w.task_id = $1 order by w.workflow_step_id`,
      [taskId],
    );
    // A worker of the reference that was left running takes the first step, if it is the first to.
    if (kind < 0.35) return this.#run(Number(steps[0]?.id));
    const step = steps[Math.floor(this.#random() * steps.length)];
    if (kind < 0.4) return void (await this.#move({ step: Number(step?.id) }, "cancelled"));
    for (const { id, to_state } of steps) {
      if (to_state !== "error") continue;
      await this.#move({ step: Number(id) }, this.#random() < 0.6 ? "resolved_manually" : "pending");
    }
    if (this.#random() < 0.5) await this.#move({ task: taskId }, "pending");
  }

  async #run(step: number): Promise<void> {
    if (await this.#move({ step }, "in_progress")) await this.#move({ step }, "complete");
  }

  async #move(target: RailsTarget, to: RailsRow["to"]): Promise<boolean> {
    const row = await transitionLikeRails(this.#database, target, to);
    if (row !== null) this.rows.push(row);
    return row !== null;
  }
}

describeOnPostgres("an operator of the reference who works on the tasks of two engines", () => {
  test("loses no change and is respected; every attempt runs once", async () => {
    const database = await useDatabase(() => openTestDatabase({ connections: 12 }));
    const clock = new ManualClock(Date.now());
    const attempts = new Map<string, number>();
    const template = graphTemplate("a -> b, a -> c, b -> d, c -> d", {
      steps: { c: { retryLimit: 2 } },
      run: async (task, _sequence, step) => {
        const key = `${task.taskId} ${step.name} ${step.attempt}`;
        attempts.set(key, (attempts.get(key) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
        if (step.name === "c" && task.taskId % 3 === 0) throw new Error("c fails");
        if (step.name === "b" && task.taskId % 5 === 0 && step.attempt === 1) throw new Error("b fails once");
        return step.name;
      },
    });
    const engines = await Promise.all([1, 2].map(() => startEngine(database, [template], { clock, adopt: true })));
    const operators = [1, 2, 3].map((seed) => new Operator(database, seed));
    const ids: number[] = [];
    let isOver = false;
    const ticking = (async () => {
      while (!isOver) {
        clock.advance(100);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const random = seededRandom(9);
    const work = operators.map(async (operator) => {
      for (let created = 0; created < TASKS / operators.length; created++) {
        ids.push(
          await createRailsTask(database, {
            steps: [
              { name: "a" },
              { name: "b", dependsOn: ["a"] },
              { name: "c", dependsOn: ["a"], columns: { retry_limit: 2 } },
              { name: "d", dependsOn: ["b", "c"] },
            ],
            at: "now()",
          }),
        );
        // Mostly tasks that are being run right now.
        for (const among of [6, 40])
          await operator.act(ids[Math.max(0, ids.length - 1 - Math.floor(random() * among))] ?? 0);
      }
    });
    await Promise.all(work);
    const open = `select k.task_id from tasker_tasks k left join tasker_task_transitions x
      on x.task_id = k.task_id and x.most_recent
      where coalesce(x.to_state, 'pending') in ('pending', 'in_progress')`;
    await until(async () => (await database.query(open)).length === 0, "the end of all tasks");
    for (const { engine } of engines) await engine.stop();
    isOver = true;
    await ticking;

    const written = operators.flatMap(({ rows }) => rows);
    expect(written.length).toBeGreaterThan(TASKS / 4);
    const trail = await database.query(`
      select 'task' as kind, task_id as owner, sort_key, to_state from tasker_task_transitions
      union all select 'step', workflow_step_id, sort_key, to_state from tasker_workflow_step_transitions`);
    const found = new Set(
      trail.map(({ kind, owner, sort_key, to_state }) => `${kind} ${owner} ${sort_key} ${to_state}`),
    );
    expect(written.filter(({ kind, owner, sortKey, to }) => !found.has(`${kind} ${owner} ${sortKey} ${to}`))).toEqual(
      [],
    );
    // Attempts that were given back, and those that an operator made possible again, have the same number: each is told
    // apart by its row.
    const starts = await database.query(`
      select w.task_id, n.name, x.metadata ->> 'attempt_number' as attempt, count(*)::int as starts
      from tasker_workflow_step_transitions x join tasker_workflow_steps w using (workflow_step_id)
      join tasker_named_steps n using (named_step_id)
      where x.to_state = 'in_progress' group by 1, 2, 3`);
    const started = new Map(
      starts.map(({ task_id, name, attempt, starts: count }) => [`${task_id} ${name} ${attempt}`, count]),
    );
    expect([...attempts].filter(([key, runs]) => runs > Number(started.get(key) ?? 0))).toEqual([]);
    const strange = engines.flatMap(({ lines }) => lines.filter(({ level }) => level === "error" || level === "warn"));
    expect(strange).toEqual([]);
    await expectCleanAuditTrail(database);
  });
});
