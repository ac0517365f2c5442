import type { LogSource, PerSource } from "../event-log/cursor/log-source.ts";
import { checkWanted } from "../event-log/reading/check-wanted.ts";
import { compilePattern } from "../events/bus/pattern.ts";
import type { TaskerEvent } from "../events/event.ts";
import { STEP_PAYLOADS } from "../events/step-payload.ts";
import { TASK_PAYLOADS } from "../events/task-payload.ts";

/** Which events a client is told. What is absent filters nothing. */
export interface LiveFilter {
  /** The namespaces of which it may be told; events of none are only for those who may see all. */
  readonly namespaces: "all" | readonly string[];
  readonly taskId?: number | undefined;
  /** Names and globs, as `engine.on` takes them. */
  readonly names?: readonly string[] | undefined;
  /** Names of templates. */
  readonly templates?: readonly string[] | undefined;
}

/** A filter, ready to be asked. */
export interface CompiledFilter {
  /** The same for filters that mean the same. */
  readonly key: string;
  readonly taskId: number | null;
  /** Null: all, and events of none. */
  readonly namespaces: ReadonlySet<string> | null;
  /** Whether what rows of a table tell can be among it. */
  mayTake(source: LogSource): boolean;
  takes(event: TaskerEvent): boolean;
}

/** @throws InvalidRequestError for names that there are none of, or that are never kept */
export function compileFilter({ namespaces, taskId, names, templates }: LiveFilter): CompiledFilter {
  if (names !== undefined) checkWanted(names);
  const matcher = compilePattern(names ?? "*");
  const known = new Map<string, boolean>();
  const takesName = (name: string) => {
    const found = known.get(name) ?? matcher.matchesName(name);
    if (known.size < MOST_NAMES) known.set(name, found);
    return found;
  };
  const wantedTemplates = templates === undefined ? null : new Set(templates);
  const sorted = (list: readonly string[] | undefined) => (list === undefined ? null : [...new Set(list)].sort());
  const scope = namespaces === "all" ? null : new Set(namespaces);
  return {
    key: JSON.stringify([scope === null ? null : sorted([...scope]), taskId ?? null, sorted(names), sorted(templates)]),
    taskId: taskId ?? null,
    namespaces: scope,
    mayTake: (source) => NAMES_OF[source]?.some(takesName) ?? true,
    takes: (event) =>
      (taskId === undefined || event.taskId === taskId) &&
      (scope === null || (event.namespace !== null && scope.has(event.namespace))) &&
      (wantedTemplates === null || (event.taskName !== null && wantedTemplates.has(event.taskName))) &&
      takesName(event.name),
  };
}

/** Names of what rows of a table tell; null: any. */
const NAMES_OF: PerSource<readonly string[] | null> = {
  tasks: ["task.initialize_requested"],
  taskRows: Object.keys(TASK_PAYLOADS),
  stepRows: Object.keys(STEP_PAYLOADS),
  events: null,
};

/** Most names of which it is remembered whether they are wanted. */
const MOST_NAMES = 1_000;
