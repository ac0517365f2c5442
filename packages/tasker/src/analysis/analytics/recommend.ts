import type { BottleneckAnalytics } from "./find-bottlenecks.ts";

/** From how many seconds on a task is called slow. */
const SLOW_SECONDS = 60;

/** What the figures suggest to look at: at most five sentences, none if they suggest nothing. */
export function recommend({
  slowest_tasks,
  slowest_steps,
  error_patterns,
  dependency_bottlenecks,
}: BottleneckAnalytics["bottleneck_analysis"]): string[] {
  const slow = slowest_tasks.filter(({ duration_seconds }) => duration_seconds > SLOW_SECONDS);
  const mean = slow.reduce((sum, { duration_seconds }) => sum + duration_seconds, 0) / Math.max(1, slow.length);
  const [slowest] = slowest_steps;
  const retried = slowest_steps.filter(({ attempts }) => attempts > 1);
  const [error] = error_patterns.common_error_types;
  const [blocked] = dependency_bottlenecks.most_blocked_steps;
  return [
    ...(slow.length === 0
      ? []
      : [
          `The ${slow.length} slowest tasks above ${SLOW_SECONDS} s took ${Math.round(mean)} s on average: see what they spend it on with \`tasker analyze\`.`,
        ]),
    ...(slowest === undefined
      ? []
      : [
          `Step ${slowest.step_name} of ${slowest.task_name} was the slowest: ${slowest.duration_seconds} s from its creation.`,
        ]),
    ...(retried.length === 0
      ? []
      : [
          `${retried.length} of the slowest steps needed more than one attempt: look at what they call, and at their backoff.`,
        ]),
    ...(error === undefined ? [] : [`The most frequent error of failed steps is ${error.type} (${error.count}).`]),
    ...(blocked === undefined ? [] : [`Step ${blocked.step_name} waits for others most often (${blocked.count}).`]),
  ];
}
