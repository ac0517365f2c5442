import { ROUTES } from "../api/routes/index.ts";
import type { Tool } from "./tool.ts";

function acts(name: string, title: string, route: Tool["route"], description: string): Tool {
  return {
    name,
    title,
    description: `${description} Shows what it would do unless \`confirm\` is true.`,
    route,
    acts: true,
  };
}

/** Tools that change something. */
export const ACT_TOOLS: readonly Tool[] = [
  acts("retry_task", "Retry a task", ROUTES.retryTask, "Tries all failed steps of a task again at once."),
  acts("cancel_task", "Cancel a task", ROUTES.cancelTask, "Ends a task and all its steps that have not ended."),
  acts("resolve_task", "Resolve a task", ROUTES.resolveTask, "Closes a failed task; its steps stay as they are."),
  acts("pause_task", "Pause a task", ROUTES.pauseTask, "Has nothing more of a task start until it is resumed."),
  acts("resume_task", "Resume a task", ROUTES.resumeTask, "Has a paused task go on."),
  acts("rerun_task", "Rerun a task", ROUTES.rerunTask, "Does a task again from a step on."),
  acts("retry_step", "Retry a step", ROUTES.retryStep, "Tries one failed step again at once."),
  acts("complete_step", "Complete a step", ROUTES.completeStep, "Has a step count as done with the given results."),
  acts("skip_step", "Skip a step", ROUTES.skipStep, "Leaves out a step whose template says that it may be."),
  acts(
    "retry_dead_letter",
    "Retry a dead letter",
    ROUTES.retryDeadLetter,
    "Delivers an event to its subscriber again.",
  ),
];
