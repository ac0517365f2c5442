import { expect } from "vitest";
import { graphTemplate, useDatabase } from "../../support/engine-harness.ts";
import { openTestDatabase } from "../../support/test-database.ts";
import type { Scenario } from "./scenario.ts";

const note = { actor: "ada", reason: "price was wrong" };

const acts: Scenario = {
  title: "an operator who pauses, changes, resumes and reruns",
  shows: {
    "task.paused": [note],
    "task.resumed": [note],
    "step.edited": [note],
    "step.reset": [note],
    "task.rerun": [{ ...note, new_task_id: 2 }],
    "workflow.no_viable_steps": [{ reason: "paused", total_steps_checked: 2 }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, { name, attempt }) => {
        if (name === "a" && attempt === 1 && stage.count("step.failed") === 0) throw new Error("once");
      },
    });
    const { engine, clock } = await stage.start(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await stage.seen("step.failed");
    expect(await engine.actions.pauseTask(taskId, note)).toMatchObject({ outcome: "done" });
    await stage.seen("workflow.no_viable_steps");
    const step = { taskId, step: "a" };
    expect(await engine.actions.editStep(step, { retryLimit: 5 }, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.resetAttempts(step, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.resumeTask(taskId, note)).toMatchObject({ outcome: "done" });
    await stage.seen("task.completed", 1, () => clock.advance(500));
    // What changes nothing is not told.
    expect(await engine.actions.resumeTask(taskId, note)).not.toMatchObject({ outcome: "done" });
    expect(await engine.actions.rerunTask({ taskId, step: "b" }, note)).toMatchObject({ outcome: "done" });
    await stage.seen("task.completed", 2, () => clock.advance(500));
    const about = stage.told.filter(({ name }) => ["step.edited", "step.reset"].includes(name));
    expect(about.map(({ stepName }) => stepName)).toEqual(["a", "a"]);
  },
};

export const OPERATORS: readonly Scenario[] = [acts];
