import type { EventRouter } from "../../event-routing/event-router.ts";
import type { EventName } from "../../events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { BaseSubscriber, type SubscriberSettings } from "../../subscribers/subscriber.ts";
import { readAddedStepName, undoName } from "../../templates/added-step-name.ts";
import type { CounterMetric, HistogramMetric } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";
import { NameTree } from "./name-tree.ts";
import type { CounterSeries, HistogramSeries } from "./series.ts";

/** Upper bounds of how long tasks take, in seconds: from a hundredth of a second to a week. */
export const TASK_DURATION_BUCKETS: readonly number[] = [
  0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400, 604_800,
];

type TaskLabel = "namespace" | "task_name";
type StepLabel = TaskLabel | "step_name";

const TASK_LABELS: readonly TaskLabel[] = ["namespace", "task_name"];
const STEP_LABELS: readonly StepLabel[] = [...TASK_LABELS, "step_name"];

/** The counters of tasks: what they count by the name of the event. */
const TASK_COUNTERS = {
  "task.start_requested": ["task_started_total", "Tasks that began, or began again after they had failed"],
  "task.completed": ["task_completed_total", "Tasks that completed"],
  "task.failed": ["task_failed_total", "Tasks that failed"],
  "task.cancelled": ["task_cancelled_total", "Tasks that were cancelled"],
  "task.resolved_manually": ["task_resolved_total", "Failed tasks that an operator resolved"],
} as const satisfies Partial<Record<EventName, readonly [string, string]>>;

/** The counters of steps. */
const STEP_COUNTERS = {
  "step.execution_requested": ["step_started_total", "Attempts of steps that began"],
  "step.completed": ["step_completed_total", "Steps that completed"],
  "step.failed": ["step_failed_total", "Attempts of steps that failed"],
  "step.cancelled": ["step_cancelled_total", "Steps that were cancelled"],
  "step.resolved_manually": ["step_resolved_total", "Steps that were skipped, bypassed or resolved by an operator"],
  "step.retry_requested": ["step_retries_total", "Failed steps that were tried again"],
  "step.interrupted": ["step_interrupted_total", "Attempts of steps that the end of their process interrupted"],
  "step.postponed": ["step_postponed_total", "Attempts of steps that an open circuit breaker put off"],
  "observability.step.max_retries_reached": ["step_retries_exhausted_total", "Steps that used up their attempts"],
} as const satisfies Partial<Record<EventName, readonly [string, string]>>;

/** Names of the events that are counted. */
const COUNTED_EVENTS: readonly string[] = [...Object.keys(TASK_COUNTERS), ...Object.keys(STEP_COUNTERS)];

const COUNTED: ReadonlySet<string> = new Set(COUNTED_EVENTS);

/** Ends of tasks and steps whose duration is known: what their label `status` says. */
const TASK_ENDS: Readonly<Record<string, string>> = {
  "task.completed": "complete",
  "task.failed": "error",
  "task.cancelled": "cancelled",
  "task.resolved_manually": "resolved_manually",
};
const STEP_ENDS: Readonly<Record<string, string>> = { "step.completed": "complete", "step.failed": "error" };

/** What an event is counted by. */
type CountedNames = readonly [event: string, namespace: string, taskName: string, stepName: string | null];

/** Where such events are counted. */
interface Counted {
  readonly counter: CounterSeries | undefined;
  /** Null: none was told so far. */
  duration: HistogramSeries | null;
}

/** What {@link EventMetrics} is made with. */
export interface EventMetricsSettings extends SubscriberSettings {
  /**
   * Says which events are counted: those that it maps to metrics. One that has no metric of its own counts as
   * `mapped_events_total`. Default: those are counted that have one.
   */
  readonly router?: EventRouter;
}

/**
 * Counts what happens to tasks and steps, from the events of a bus or of the event log: a subscriber like any other. An
 * `EngineMetrics` has one of its own. Figures are those of this process; what the event log delivers again is counted again.
 */
export class EventMetrics extends BaseSubscriber {
  static override readonly events = COUNTED_EVENTS;
  readonly #router: EventRouter | null;
  readonly #mapped: CounterMetric<TaskLabel | "event"> | null;
  readonly #tasks: ReadonlyMap<string, CounterMetric<TaskLabel>>;
  readonly #steps: ReadonlyMap<string, CounterMetric<StepLabel>>;
  readonly #taskSeconds: HistogramMetric<TaskLabel | "status">;
  readonly #stepSeconds: HistogramMetric<StepLabel | "status">;
  /** Of what was counted before. Bounded, as series are. */
  readonly #known = new NameTree<Counted>();

  /** @throws ConfigurationError if another one counts in these metrics */
  constructor(metrics: Metrics, { router, ...settings }: EventMetricsSettings = {}) {
    super({ ...settings, events: [...(settings.events ?? []), ...(router?.eventsFor("metrics") ?? [])] });
    this.#router = router ?? null;
    this.#mapped =
      router === undefined
        ? null
        : metrics.counter({
            name: "mapped_events_total",
            help: "Events that are mapped to metrics and have none of their own",
            labels: [...TASK_LABELS, "event"],
          });
    this.#tasks = countersOf(metrics, TASK_COUNTERS, TASK_LABELS);
    this.#steps = countersOf(metrics, STEP_COUNTERS, STEP_LABELS);
    this.#taskSeconds = metrics.histogram({
      name: "task_duration_seconds",
      help: "Time from the request of a task to its end",
      labels: [...TASK_LABELS, "status"],
      buckets: TASK_DURATION_BUCKETS,
    });
    this.#stepSeconds = metrics.histogram({
      name: "step_duration_seconds",
      help: "Time that an attempt of a step took, by its end",
      labels: [...STEP_LABELS, "status"],
    });
  }

  handleEvent(event: TaskerEvent): void {
    this.count(event);
  }

  /** Counts one event. Others than those named are passed over. */
  readonly count = (event: TaskerEvent): void => {
    const { id, name, namespace, taskName, stepName, correlationId, payload } = event;
    if (this.#router !== null) {
      if (!this.#router.routes(name, "metrics", correlationId ?? id)) return;
      if (!COUNTED.has(name)) {
        this.#mapped?.increment({ namespace: namespace ?? "", task_name: taskName ?? "", event: name });
        return;
      }
    }
    const names = [name, namespace ?? "", taskName ?? "", stepName === null ? null : listedName(stepName)] as const;
    const counted = this.#known.find(names) ?? this.#find(names);
    counted.counter?.add(1);
    const seconds = stepName === null ? payload.total_execution_duration : payload.execution_duration;
    if (typeof seconds === "number") this.#durationOf(counted, names)?.observe(seconds);
  };

  #find(names: CountedNames): Counted {
    const [name, namespace, task_name, step_name] = names;
    const counter =
      step_name === null
        ? this.#tasks.get(name)?.series({ namespace, task_name })
        : this.#steps.get(name)?.series({ namespace, task_name, step_name });
    const counted: Counted = { counter, duration: null };
    // What has no room must say so each time.
    if (counter !== undefined && !counter.isOther) this.#known.keep(names, counted);
    return counted;
  }

  #durationOf(counted: Counted, [name, namespace, task_name, step_name]: CountedNames): HistogramSeries | null {
    if (counted.duration !== null) return counted.duration;
    const status = (step_name === null ? TASK_ENDS : STEP_ENDS)[name];
    if (status === undefined) return null;
    const series =
      step_name === null
        ? this.#taskSeconds.series({ namespace, task_name, status })
        : this.#stepSeconds.series({ namespace, task_name, step_name, status });
    if (!series.isOther) counted.duration = series;
    return series;
  }
}

function countersOf<Name extends string>(
  metrics: Metrics,
  counters: Readonly<Record<string, readonly [name: string, help: string]>>,
  labels: readonly Name[],
): ReadonlyMap<string, CounterMetric<Name>> {
  return new Map(
    Object.entries(counters).map(([event, [name, help]]) => [event, metrics.counter({ name, help, labels })]),
  );
}

/** The instances of a step that runs for each item of a list count together: `charge[17]` as `charge`. */
function listedName(stepName: string): string {
  const added = readAddedStepName(stepName);
  if (added === null) return stepName;
  return added.kind === "instance" ? added.of : undoName(listedName(added.of));
}
