import type { z } from "zod";
import type { TaskFilterQuery } from "../../api/shapes/task.ts";
import { MalformedRequestError } from "../../errors/index.ts";
import type { TaskFilter } from "../../reading/tasks/task-filter.ts";

/**
 * The filter that a request asks for.
 * @param part of the request that has it. Default: `query`
 * @throws MalformedRequestError
 */
export function taskFilterOf(query: z.output<typeof TaskFilterQuery>, part = "query"): TaskFilter {
  const { annotation_type: type, annotation_key: key, annotation_value: value } = query;
  requireWith(part, "annotation_key", key, "annotation_type", type);
  requireWith(part, "annotation_value", value, "annotation_key", key);
  const { name, version, initiator, tag, reason, paused } = query;
  return {
    ...{ name, version, initiator, tag, reason, paused },
    namespaces: query.namespace,
    states: query.state,
    sourceSystem: query.source_system,
    correlationId: query.correlation_id,
    parentTaskId: query.parent_task_id,
    requestedFrom: dateOf(query.requested_from),
    requestedBefore: dateOf(query.requested_before),
    annotation: type === undefined ? undefined : { type, key, value },
  };
}

function requireWith(part: string, name: string, given: unknown, needed: string, present: unknown): void {
  if (given === undefined || present !== undefined) return;
  throw new MalformedRequestError([{ path: `${part}.${needed}`, expected: `a value, because ${name} is given` }]);
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
