import type { DatabaseFigures, KindFigures, SubscriberFigures } from "./database-figures.ts";
import type { Metrics } from "./metrics.ts";

type KindLabel = "namespace" | "task_name";

/**
 * Metrics of the whole database. Every process that scrapes it gives the same ones: take their maximum, not their sum.
 * @param source where the figures come from; null: there are none yet
 */
export function addDatabaseMetrics(metrics: Metrics, source: () => DatabaseFigures | null): void {
  const byKind = (name: string, help: string, value: (kind: KindFigures) => number) => {
    metrics.gauge<KindLabel>({ name, help, labels: ["namespace", "task_name"] }, (gauge) => {
      gauge.clear();
      for (const kind of source()?.latest?.kinds ?? []) gauge.add(value(kind), labelsOf(kind));
    });
  };
  byKind("database_owned_tasks", "Tasks that a process runs, in the whole database", ({ owned }) => owned);
  byKind("database_due_tasks", "Tasks that wait for a process, in the whole database", ({ due }) => due);
  byKind("database_delayed_tasks", "Tasks that are to begin or go on later", ({ delayed }) => delayed);
  byKind(
    "database_orphaned_tasks",
    "Tasks whose process is gone and that nobody has taken over",
    (kind) => kind.orphaned,
  );
  metrics.gauge<KindLabel>(
    {
      name: "database_due_task_age_seconds",
      help: "How long the task that has waited longest for a process has waited",
      labels: ["namespace", "task_name"],
    },
    (gauge) => {
      gauge.clear();
      const kinds = source()?.latest?.kinds ?? [];
      // Of those that have no room of their own the longest counts.
      const ascending = kinds.toSorted((a, b) => a.oldest_due_seconds - b.oldest_due_seconds);
      for (const kind of ascending) gauge.set(kind.oldest_due_seconds, labelsOf(kind));
    },
  );
  const bySubscriber = (name: string, help: string, value: (subscriber: SubscriberFigures) => number) => {
    metrics.gauge({ name, help, labels: ["subscriber"] }, (gauge) => {
      gauge.clear();
      for (const found of source()?.latest?.subscribers ?? []) gauge.add(value(found), { subscriber: found.name });
    });
  };
  bySubscriber(
    "database_subscriber_lag_events",
    "Rows of the log that a durable subscriber has still to read, counted by their ids",
    ({ lag_events }) => lag_events,
  );
  bySubscriber(
    "database_subscriber_lag_seconds",
    "Age of the oldest row that a durable subscriber has still to read",
    ({ lag_seconds }) => lag_seconds,
  );
  bySubscriber(
    "database_subscriber_held_events",
    "Events kept because they or one before them failed",
    ({ held }) => held,
  );
  bySubscriber("database_dead_letters", "Events that a durable subscriber gave up", ({ dead_letters }) => dead_letters);
  metrics.gauge(
    {
      name: "database_processes",
      help: "Processes by whether their lease lasts; those that are gone and have no tasks left are not counted",
      labels: ["state"],
    },
    (gauge) => {
      const processes = source()?.latest?.processes;
      if (processes === undefined) return;
      gauge.set(processes.alive, { state: "alive" });
      gauge.set(processes.gone, { state: "gone" });
    },
  );
  metrics.gauge({ name: "database_figures_age_seconds", help: "Seconds since these figures were counted" }, (gauge) => {
    const age = source()?.ageSeconds;
    if (age != null) gauge.set(age);
  });
}

const labelsOf = ({ namespace, task_name }: KindFigures) => ({ namespace, task_name });
