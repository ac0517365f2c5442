import { rootField } from "../schema/root-field.ts";
import { findStep } from "./find-step.ts";
import { parseId } from "./parse-id.ts";

/** One step of a task. */
export const stepField = rootField<{ readonly taskId: string | number; readonly stepId: string }>({
  name: "step",
  permission: "tasker.workflow_step:show",
  sdl: `
    """A step of a task by their ids; null if there is none that may be seen. Needs tasker.workflow_step:show."""
    step(taskId: BigInt!, stepId: ID!): WorkflowStep`,
  resolve: async ({ taskId, stepId }, context) => {
    const ids = { taskId: parseId("taskId", taskId), stepId: parseId("stepId", stepId) };
    const found = await findStep(context, ids);
    return (await context.access.finds("tasker.workflow_step:show", found?.subject ?? null)) ? found?.step : null;
  },
});
