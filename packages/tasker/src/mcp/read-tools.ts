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
  reads(
    "why",
    "Why a task does not go on",
    ROUTES.explainTask,
    "One paragraph: why a task is not progressing, and what would move it.",
  ),
  reads(
    "show_graph",
    "Show a task's graph",
    ROUTES.getTaskGraph,
    "The steps of a task with their dependencies and states.",
  ),
  reads(
    "analyze_task",
    "Analyze a task",
    ROUTES.analyzeTask,
    "Critical path, bottlenecks and chains of errors of a task.",
  ),
  reads(
    "performance",
    "How tasks do",
    ROUTES.measurePerformance,
    "Throughput, durations and error rates of the last hours.",
  ),
  reads("bottlenecks", "Find bottlenecks", ROUTES.findBottlenecks, "The slowest tasks and steps, and what fails most."),
  reads("health", "Health", ROUTES.getHealthStatus, "How the database, the processes, tasks and steps are doing."),
  reads("list_templates", "List templates", ROUTES.listTemplates, "The templates of which there are or can be tasks."),
  reads("list_processes", "List processes", ROUTES.listProcesses, "Engines and workers, and whether they are alive."),
  reads("list_queues", "List queues", ROUTES.listQueues, "Ready steps that wait for somebody to run them."),
];
