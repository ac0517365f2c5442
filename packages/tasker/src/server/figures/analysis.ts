import { cachedTaskAnalysis } from "../../analysis/cached-analysis.ts";
import { analysisJson } from "../../analysis/task/analysis-json.ts";
import { analyzeTask } from "../../analysis/task/analyze-task.ts";
import { Analysis } from "../../api/shapes/analysis.ts";
import { readConfiguration } from "../../settings/load-configuration.ts";
import { readStored, storedLayer } from "../../settings/stored/read-stored.ts";
import type { ServerParts } from "../server-parts.ts";

/** Analyses a task, with the weights of the configuration. @throws TaskNotFoundError, CyclicGraphError */
export async function analysisOf(
  { cache, database, clock, sources }: Pick<ServerParts, "cache" | "database" | "clock" | "sources">,
  taskId: number,
): Promise<Analysis> {
  const stored = storedLayer((await readStored(database)).values);
  const settings = (await readConfiguration({ ...sources, stored })).loaded?.document.dependency_graph;
  const now = new Date(clock.now());
  if (cache !== null) {
    return Analysis.parse(JSON.parse(await cachedTaskAnalysis(cache, database, taskId, settings, now)));
  }
  const options = { now, ...(settings === undefined ? {} : { settings }) };
  return Analysis.parse(JSON.parse(analysisJson(await analyzeTask(database, taskId, options))));
}
