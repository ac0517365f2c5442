import { startSubscriber } from "../../event-log/support.ts";
import { graphTemplate, makeEngine, readStep, transitionAsRails, useDatabase } from "../../support/engine-harness.ts";
import { openTestDatabase } from "../../support/test-database.ts";
import type { Scenario } from "./scenario.ts";

const rowOfOthers: Scenario = {
  title: "a first row of a step that another program has written",
  shows: { "step.initialize_requested": [{ from_state: null, to_state: "pending" }] },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const { workflow_step_id: stepId } = await readStep(database, taskId, "a");
    await transitionAsRails(database, { stepId }, "pending");
    const handle = (event: (typeof stage.told)[number]) => void stage.told.push(event);
    await startSubscriber(database, { name: "all", from: "beginning", handle });
    await stage.seen("step.initialize_requested");
  },
};

export const OTHERS: readonly Scenario[] = [rowOfOthers];
