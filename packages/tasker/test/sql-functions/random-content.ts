import fc from "fast-check";
import {
  type Content,
  type EdgeRow,
  HOUR_US,
  MINUTE_US,
  SECOND_US,
  type StepRow,
  type StepTransitionRow,
  type TaskRow,
  type TaskTransitionRow,
} from "./content.ts";
import type { SlowestArguments } from "./oracle/slowest.ts";

/** Names, the same in every content: one name in two namespaces, two versions of a name, an empty text. */
const CATALOGUE: Pick<Content, "namespaces" | "namedTasks" | "namedSteps"> = {
  namespaces: ["default", "billing", ""].map((name, index) => ({ task_namespace_id: index + 1, name })),
  namedTasks: [
    [1, "order", "1.0.0"],
    [1, "order", "2.0.0"],
    [2, "order", "1.0.0"],
    [2, "invoice", ""],
    [3, "", "1.0.0"],
  ].map(([namespace, name, version], index) => ({
    named_task_id: index + 1,
    task_namespace_id: Number(namespace),
    name: String(name),
    version: String(version),
  })),
  namedSteps: ["validate", "charge", "ship"].map((name, index) => ({ named_step_id: index + 1, name })),
};

const STATES = ["pending", "in_progress", "complete", "error", "cancelled", "resolved_manually", "skipped", "bogus"];

const ATTEMPTS = [
  null,
  null,
  null,
  -2147483648,
  -1100,
  -22,
  -21,
  -7,
  -1,
  0,
  0,
  1,
  1,
  2,
  3,
  4,
  5,
  43,
  44,
  1023,
  1024,
  2147483647,
];
const LIMITS = [null, null, -1, 0, 1, 3, 3, 1000, 2147483647];
const BACKOFFS = [null, null, null, -2147483648, -5, 0, 1, 60, 3600, 2147483647];

/** Ages of failures and attempts around the ends of every backoff. */
const SHORT_AGES = [
  0,
  1,
  7811,
  7812,
  7813,
  500_000,
  ...[1, 2, 4, 8, 16, 29, 30, 31, 60, 3600].map((s) => s * SECOND_US),
];
/** Ages of tasks and steps around the ends of every window. */
const LONG_AGES = [0, 1, 10 * MINUTE_US, HOUR_US, 5 * HOUR_US, 24 * HOUR_US, 30 * 24 * HOUR_US, -MINUTE_US];

/**
 * Instants at, just before and just after some ages, and a few anywhere. Half of them are moved by the distance of the
 * session's zone, so that they lie near the present for both ways of reading a column.
 */
function instant(agesUs: readonly number[], zoneUs: number): fc.Arbitrary<number> {
  const near = fc.tuple(fc.constantFrom(...agesUs), fc.integer({ min: -1, max: 1 })).map(([age, by]) => by - age);
  const anywhere = fc.integer({ min: -3 * HOUR_US, max: MINUTE_US });
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: anywhere }), fc.constantFrom(0, zoneUs))
    .map(([us, zone]) => us + zone);
}

interface History {
  readonly states: readonly string[];
  readonly at: readonly number[];
  readonly hasCurrent: boolean;
}

/** Up to three transitions, of which the last is usually the most recent one. */
function history(zoneUs: number): fc.Arbitrary<History> {
  return fc.record({
    states: fc.array(fc.constantFrom(...STATES, "pending", "complete", "error", "error"), { maxLength: 3 }),
    at: fc.tuple(...[1, 2, 3].map(() => instant(SHORT_AGES, zoneUs))),
    hasCurrent: fc.constantFrom(true, true, true, true, true, true, false),
  });
}

function transitionsOf({ states, at, hasCurrent }: History) {
  return states.map((to_state, index) => ({
    to_state,
    sort_key: 10 * (index + 1),
    most_recent: hasCurrent && index === states.length - 1,
    created_us: at[index] ?? 0,
  }));
}

const mostlyTrue = fc.constantFrom(true, true, true, true, true, false);
const mostlyFalse = mostlyTrue.map((value) => !value);

/** Edges that mostly lead to a later step; of the others some close cycles, and some lead a step to itself. */
function edgesAmong(steps: number): fc.Arbitrary<EdgeRow[]> {
  if (steps === 0) return fc.constant([]);
  const end = fc.integer({ min: 1, max: steps });
  return fc.array(fc.tuple(end, end, mostlyTrue), { maxLength: 12 }).map((ends) =>
    ends
      .filter(([a, b, isForward]) => a !== b || !isForward)
      .map(([a, b, isForward]) => ({
        from_step_id: isForward ? Math.min(a, b) : a,
        to_step_id: isForward ? Math.max(a, b) : b,
      })),
  );
}

/**
 * Databases of up to three tasks with up to eight steps: every state, no state, states that do not exist, numbers that no
 * engine writes, edges that are there twice, lead to other tasks or form cycles.
 * @param zoneUs by how much clocks in the session's zone are ahead of UTC
 */
export function randomContent(zoneUs = 0): fc.Arbitrary<Content> {
  const label = fc.constantFrom(null, "someone");
  const task = fc.record({
    kind: fc.integer({ min: 1, max: CATALOGUE.namedTasks.length }),
    initiator: label,
    source_system: label,
    created_us: instant(LONG_AGES, zoneUs),
    history: history(zoneUs),
  });
  const step = fc.record({
    task: fc.nat(),
    kind: fc.integer({ min: 1, max: CATALOGUE.namedSteps.length }),
    retryable: mostlyTrue,
    in_process: mostlyFalse,
    processed: mostlyFalse,
    retry_limit: fc.constantFrom(...LIMITS),
    attempts: fc.constantFrom(...ATTEMPTS),
    last_attempted_us: fc.option(instant(SHORT_AGES, zoneUs)),
    backoff_request_seconds: fc.constantFrom(...BACKOFFS),
    created_us: instant(LONG_AGES, zoneUs),
    history: history(zoneUs),
  });
  return fc
    .tuple(fc.array(task, { maxLength: 3 }), fc.array(step, { maxLength: 8 }))
    .map(([tasks, steps]) => ({ tasks, steps: tasks.length === 0 ? [] : steps }))
    .chain(({ tasks, steps }) =>
      edgesAmong(steps.length).map((edges) => ({
        ...CATALOGUE,
        tasks: tasks.map(
          ({ kind, history: _, ...columns }, index): TaskRow => ({
            task_id: index + 1,
            named_task_id: kind,
            ...columns,
          }),
        ),
        taskTransitions: tasks.flatMap((one, index) =>
          transitionsOf(one.history).map((row): TaskTransitionRow => ({ task_id: index + 1, ...row })),
        ),
        steps: steps.map(
          ({ task: owner, kind, history: _, ...columns }, index): StepRow => ({
            workflow_step_id: index + 1,
            task_id: (owner % tasks.length) + 1,
            named_step_id: kind,
            ...columns,
          }),
        ),
        edges,
        stepTransitions: steps.flatMap((one, index) =>
          transitionsOf(one.history).map((row): StepTransitionRow => ({ workflow_step_id: index + 1, ...row })),
        ),
      })),
    );
}

/** Distance between the ids of two contents that share a database. */
const ID_DISTANCE = 100;

/** Several contents as one, for functions that look at single tasks: the ids of each are moved out of the others' way. */
export function mergeContents(contents: readonly Content[]): Content {
  const moved = contents.map((content, place) => {
    const by = place * ID_DISTANCE;
    return {
      tasks: content.tasks.map((row) => ({ ...row, task_id: row.task_id + by })),
      taskTransitions: content.taskTransitions.map((row) => ({ ...row, task_id: row.task_id + by })),
      steps: content.steps.map((row) => ({
        ...row,
        task_id: row.task_id + by,
        workflow_step_id: row.workflow_step_id + by,
      })),
      edges: content.edges.map((row) => ({ from_step_id: row.from_step_id + by, to_step_id: row.to_step_id + by })),
      stepTransitions: content.stepTransitions.map((row) => ({ ...row, workflow_step_id: row.workflow_step_id + by })),
    };
  });
  return {
    ...CATALOGUE,
    tasks: moved.flatMap(({ tasks }) => tasks),
    taskTransitions: moved.flatMap(({ taskTransitions }) => taskTransitions),
    steps: moved.flatMap(({ steps }) => steps),
    edges: moved.flatMap(({ edges }) => edges),
    stepTransitions: moved.flatMap(({ stepTransitions }) => stepTransitions),
  };
}

/** Lists of ids to ask for: null, empty, with repetitions, unknown ids and NULL among them. */
export function randomIds(largest: number): fc.Arbitrary<(number | null)[] | null> {
  return fc.option(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 0, max: largest }) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      {
        maxLength: 8,
      },
    ),
    { freq: 5 },
  );
}

/** Arguments of the two functions about what is slow. */
export const randomSlowestArguments: fc.Arbitrary<SlowestArguments> = fc.record({
  sinceUs: fc.option(instant(LONG_AGES, 0), { freq: 2 }),
  limit: fc.constantFrom(null, 0, 1, 2, 10, 10),
  namespace: fc.constantFrom(null, null, null, "default", "billing", "", "Default", "missing"),
  name: fc.constantFrom(null, null, null, "order", "invoice", "", "ORDER", "missing"),
  version: fc.constantFrom(null, null, null, "1.0.0", "2.0.0", "", "missing"),
});

/** The argument of the analytics function. */
export const randomSince: fc.Arbitrary<number | null> = fc.option(instant(LONG_AGES, 0), { freq: 2 });
