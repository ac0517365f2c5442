import type { DefinitionNames } from "../../engine/name-definition.ts";
import { SORT_KEY_STEP } from "../../engine/step-move.ts";
import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import type { StepStory, StoryRow } from "./step-story.ts";
import type { TaskStory } from "./task-story.ts";

/**
 * In whose manner rows are written:
 *
 * - `engine`: as this engine does, so that it can take the tasks over
 * - `reference`: as the Rails engine does: no `from_state`, no metadata but at a task's start, attempts counted when they
 *   end, inputs copied from the context, no run rows, so that no engine claims them
 * - `factory`: as the reference's test factories do: like `reference`, with a first row `pending` and sort keys 0, 1, 2
 */
export type RowStyle = "engine" | "reference" | "factory";

/** A story with the ids under which its definition is known. */
export interface NamedStory {
  readonly story: TaskStory;
  readonly names: DefinitionNames;
  readonly hash: string;
}

/** The first four parameters of `writeTasks`. */
export interface EncodedStories {
  readonly stories: string;
  readonly steps: string;
  readonly edges: string;
  readonly rows: string;
}

/** Puts stories into the JSON that the statement reads; they are numbered as they stand. */
export function encodeStories(named: readonly NamedStory[], style: RowStyle): EncodedStories {
  const rows = named.flatMap(({ story }, a) => {
    const places = placesOf(story);
    return [
      ...encodeRows(story.taskRows, a, 0, places, style),
      ...story.steps.flatMap((step, index) => encodeRows(step.rows, a, index + 1, places, style)),
    ];
  });
  return {
    stories: JSON.stringify(
      named.map(({ story, names, hash }, a) => ({
        a,
        n: names.namedTaskId,
        ns: names.namespaceId,
        h: hash,
        k: story.steps.length,
        c: story.state === "complete",
        w: story.wakeMs,
        u: story.lengthMs,
      })),
    ),
    steps: JSON.stringify(
      named.flatMap(({ story, names }, a) =>
        story.steps.map((step, place) => ({
          a,
          p: place + 1,
          n: names.namedStepIds[place],
          ...encodeStep(step, style),
        })),
      ),
    ),
    edges: JSON.stringify(named.flatMap(({ story }, a) => edgesOf(story).map((edge) => ({ a, ...edge })))),
    rows: JSON.stringify(rows),
  };
}

function encodeStep(story: StepStory, style: RowStyle) {
  const { step, rows } = story;
  const common = {
    k: step.skippable,
    bo: story.backoffSeconds,
    r: step.results.value as JsonValue,
    u: story.endMs,
    pr: step.state === "complete" || step.state === "resolved_manually",
    pa: step.state === "resolved_manually" ? story.endMs : story.processedMs,
  };
  if (style === "engine") {
    return {
      ...common,
      y: step.retryable,
      l: step.retryLimit,
      ip: step.state === "in_progress",
      t: step.attempts,
      la: story.startedMs,
    };
  }
  const running = step.state === "in_progress";
  // The factories count a running attempt; the reference itself counts attempts when they end.
  const counted = style === "factory" && running ? story.endedAttempts + 1 : story.endedAttempts;
  const permanent = rows.some(({ metadata }) => metadata.permanent === true);
  return {
    ...common,
    y: permanent || step.retryable,
    l: step.retryLimit,
    ip: style === "factory" && running,
    t: counted,
    la: style === "factory" && running ? story.startedMs : story.endedMs,
  };
}

function edgesOf({ graph }: TaskStory): { readonly f: number; readonly t: number }[] {
  const edges: { readonly f: number; readonly t: number }[] = [];
  for (let child = 0; child < graph.size; child++) {
    for (const parent of graph.parents.subarray(graph.parentOffsets[child], graph.parentOffsets[child + 1])) {
      edges.push({ f: parent + 1, t: child + 1 });
    }
  }
  return edges;
}

/** Places of the rows in the order in which they were written. */
function placesOf({ order }: TaskStory): ReadonlyMap<StoryRow, number> {
  return new Map(order.map(({ row }, place) => [row, place]));
}

/** The rows of an owner: `p` is 0 for the task, else the place of the step. */
function encodeRows(
  rows: readonly StoryRow[],
  a: number,
  p: number,
  places: ReadonlyMap<StoryRow, number>,
  style: RowStyle,
) {
  if (style === "engine") {
    return rows.map((row, place) => ({
      ...encodeRow(row, { k: row.sortKey, f: row.from, m: row.metadata, r: place + 1 === rows.length }),
      a,
      p,
      q: places.get(row) ?? 0,
      x: row.execution,
      d: row.dueMs,
    }));
  }
  const pending = { to: "pending", atMs: rows[0]?.atMs ?? 0, metadata: {} };
  const all = style === "factory" && rows.length > 0 ? [pending, ...rows] : rows;
  return all.map((row, place) => {
    const tellsStart = style === "reference" && "initialization_completed" in row.metadata;
    const m = tellsStart ? withoutWriter(row.metadata) : {};
    const k = style === "factory" ? place : (place + 1) * SORT_KEY_STEP;
    return { ...encodeRow(row, { k, f: null, m, r: place + 1 === all.length }), a, p, q: place, x: null, d: null };
  });
}

function encodeRow(
  row: Pick<StoryRow, "atMs"> & { readonly to: string },
  rest: { readonly k: number; readonly f: string | null; readonly m: JsonObject; readonly r: boolean },
) {
  return { ...rest, g: row.to, at: row.atMs };
}

function withoutWriter(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "writer" && key !== "epoch"));
}
