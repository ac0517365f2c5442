import { ROUTES } from "../api/routes/index.ts";
import type { Tool } from "./tool.ts";

function reads(name: string, title: string, route: Tool["route"], description: string): Tool {
  return { name, title, description, route, acts: false };
}

/** Tools that only look. */
export const READ_TOOLS: readonly Tool[] = [
  reads(
    "list_tasks",
    "List tasks",
    ROUTES.listTasks,
    "Tasks, newest first, filtered by state, namespace, name and more.",
  ),
  reads(
    "show_task",
    "Show a task",
    ROUTES.getTask,
    "Everything about a task: steps, context, results, errors, audit trail.",
  ),
  reads(
    "list_dead_letters",
    "List dead letters",
    ROUTES.listDeadLetters,
    "Events that durable subscribers could not take.",
  ),
  reads(
    "show_dead_letter",
    "Show a dead letter",
    ROUTES.getDeadLetter,
    "One event that a subscriber could not take, with the error.",
  ),
  reads(
    "list_circuits",
    "List circuit breakers",
    ROUTES.listCircuits,
    "External systems that are not called at present, and since when.",
  ),
  reads("list_limits", "List limits in use", ROUTES.listLimits, "How much of each limit is in use, and who waits."),
];
