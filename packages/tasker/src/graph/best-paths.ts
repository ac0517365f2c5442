import { at } from "./adjacency.ts";
import { checkStepArray, type StepGraph } from "./step-graph.ts";
import { findLeaves, findRoots, sortTopologically } from "./topology.ts";

/** A way from a step without parents to one without children. */
export interface ScoredPath {
  /** Indices, parents first. */
  readonly steps: Int32Array;
  /** Sum of the scores of `steps`. */
  readonly score: number;
}

/** The best ways to each step so far, `limit` places a step, best first; unused places have no step before and no score. */
interface Ranking {
  readonly limit: number;
  readonly count: Int32Array;
  readonly score: Float64Array;
  /** The step before, or -1. */
  readonly before: Int32Array;
  /** Which of that step's ways it is. */
  readonly rankBefore: Int32Array;
}

/**
 * Finds the paths from roots to leaves with the greatest sums, without listing all of them: each step keeps its best
 * ways, made from the best of its parents. O((steps + edges) * limit^2). Of equal sums the one through smaller indices,
 * looking back from the end, comes first.
 * @param scores one finite number for each step, which may be negative
 * @param limit most paths to find, 1 or more
 * @returns best first; fewer than `limit` if there are not as many
 * @throws RangeError there are not as many scores as steps
 */
export function findBestPaths(graph: StepGraph, scores: ArrayLike<number>, limit: number): ScoredPath[] {
  checkStepArray(graph, "scores", scores);
  const ranking = emptyRanking(graph.size, limit);
  for (const step of sortTopologically(graph)) {
    const first = at(graph.parentOffsets, step);
    const end = at(graph.parentOffsets, step + 1);
    const own = scores[step] as number;
    if (first === end) insert(ranking, step, own, -1, 0);
    for (let edge = first; edge < end; edge++) offerWays(ranking, step, at(graph.parents, edge), own);
  }
  const ends = Array.from(findLeaves(graph)).flatMap((leaf) =>
    Array.from({ length: at(ranking.count, leaf) }, (_, rank) => ({ leaf, rank })),
  );
  return ends
    .sort((a, b) => scoreOf(ranking, b) - scoreOf(ranking, a) || a.leaf - b.leaf || a.rank - b.rank)
    .slice(0, limit)
    .map((end) => ({ steps: traceBack(ranking, end), score: scoreOf(ranking, end) }));
}

function emptyRanking(size: number, limit: number): Ranking {
  return {
    limit,
    count: new Int32Array(size),
    score: new Float64Array(size * limit),
    before: new Int32Array(size * limit),
    rankBefore: new Int32Array(size * limit),
  };
}

function offerWays(ranking: Ranking, step: number, parent: number, own: number): void {
  for (let rank = 0; rank < at(ranking.count, parent); rank++) {
    const score = (ranking.score[parent * ranking.limit + rank] as number) + own;
    if (!insert(ranking, step, score, parent, rank)) return;
  }
}

/** Keeps a way if it is among the best; a later one goes behind its equals. Returns whether it was. */
function insert(ranking: Ranking, step: number, score: number, before: number, rankBefore: number): boolean {
  const { limit, count } = ranking;
  const base = step * limit;
  let place = at(count, step);
  if (place === limit) {
    if (score <= (ranking.score[base + limit - 1] as number)) return false;
    place = limit - 1;
  } else {
    count[step] = place + 1;
  }
  for (; place > 0 && (ranking.score[base + place - 1] as number) < score; place--) {
    ranking.score[base + place] = ranking.score[base + place - 1] as number;
    ranking.before[base + place] = at(ranking.before, base + place - 1);
    ranking.rankBefore[base + place] = at(ranking.rankBefore, base + place - 1);
  }
  ranking.score[base + place] = score;
  ranking.before[base + place] = before;
  ranking.rankBefore[base + place] = rankBefore;
  return true;
}

function scoreOf(ranking: Ranking, { leaf, rank }: { leaf: number; rank: number }): number {
  return ranking.score[leaf * ranking.limit + rank] as number;
}

function traceBack(ranking: Ranking, { leaf, rank }: { leaf: number; rank: number }): Int32Array {
  const steps: number[] = [];
  for (let step = leaf, way = rank; step !== -1; ) {
    steps.push(step);
    const place = step * ranking.limit + way;
    step = at(ranking.before, place);
    way = at(ranking.rankBefore, place);
  }
  return Int32Array.from(steps.reverse());
}

/** How many different ways lead from steps without parents to steps without children. Exact up to 2^53, rounded above. */
export function countPaths(graph: StepGraph): number {
  const ways = new Float64Array(graph.size);
  for (const root of findRoots(graph)) ways[root] = 1;
  for (const step of sortTopologically(graph)) {
    for (let edge = at(graph.childOffsets, step); edge < at(graph.childOffsets, step + 1); edge++) {
      const child = at(graph.children, edge);
      ways[child] = Math.min((ways[child] as number) + (ways[step] as number), Number.MAX_VALUE);
    }
  }
  let total = 0;
  for (const leaf of findLeaves(graph)) total += ways[leaf] as number;
  return Math.min(total, Number.MAX_VALUE);
}
