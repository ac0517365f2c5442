import { LOG_SOURCES, type LogSource } from "../event-log/cursor/log-source.ts";
import type { ScannedRow } from "../event-log/reading/row-reader.ts";
import type { LiveFeed } from "./live-feed.ts";
import type { CompiledFilter } from "./live-filter.ts";

/** Feeds of one filter: what one of them is told, all are. */
export interface FeedGroup {
  readonly filter: CompiledFilter;
  readonly feeds: Set<LiveFeed>;
}

/** Finds the feeds that may be told of something without asking each of them. */
export class FeedIndex {
  readonly #groups = new Map<string, FeedGroup>();
  readonly #byTask = new Map<number, Set<FeedGroup>>();
  readonly #byNamespace = new Map<string, Set<FeedGroup>>();
  readonly #everywhere = new Set<FeedGroup>();

  /** How many filters there are. */
  get size(): number {
    return this.#groups.size;
  }

  add(filter: CompiledFilter, feed: LiveFeed): void {
    const known = this.#groups.get(filter.key);
    if (known !== undefined) {
      known.feeds.add(feed);
      return;
    }
    const group = { filter, feeds: new Set([feed]) };
    this.#groups.set(filter.key, group);
    if (filter.taskId !== null) add(this.#byTask, filter.taskId, group);
    else if (filter.namespaces === null) this.#everywhere.add(group);
    else for (const namespace of filter.namespaces) add(this.#byNamespace, namespace, group);
  }

  remove({ key, taskId, namespaces }: CompiledFilter, feed: LiveFeed): void {
    const group = this.#groups.get(key);
    if (group === undefined || !group.feeds.delete(feed) || group.feeds.size > 0) return;
    this.#groups.delete(key);
    this.#everywhere.delete(group);
    if (taskId !== null) remove(this.#byTask, taskId, group);
    else for (const namespace of namespaces ?? []) remove(this.#byNamespace, namespace, group);
  }

  /** Which rows any of them may be told of. Null: rows of every kind of all tasks. */
  get interest(): FeedInterest | null {
    const everywhere = sourcesOf(this.#everywhere);
    if (everywhere.has("stepRows")) return null;
    const ofNamespaces = new Map([...this.#byNamespace].map(([name, groups]) => [name, sourcesOf(groups)]));
    const ofTasks = this.#byTask;
    return {
      asksNamespaces: ofNamespaces.size > 0,
      takes: ({ source, taskId }, namespace) =>
        everywhere.has(source) ||
        (taskId !== null && ofTasks.has(taskId)) ||
        (namespace !== null && ofNamespaces.get(namespace)?.has(source) === true),
    };
  }

  /** Groups that may take events of a task and namespace; null: of none. */
  candidates(taskId: number | null, namespace: string | null): readonly FeedGroup[] {
    const ofTask = taskId === null ? undefined : this.#byTask.get(taskId);
    const ofNamespace = namespace === null ? undefined : this.#byNamespace.get(namespace);
    if (ofTask === undefined && ofNamespace === undefined && this.#everywhere.size === 0) return NONE;
    return [...(ofTask ?? []), ...(ofNamespace ?? []), ...this.#everywhere];
  }
}

/** Which rows somebody may be told of. */
export interface FeedInterest {
  /** Whether that depends on the namespaces of tasks. */
  readonly asksNamespaces: boolean;
  /** @param namespace of the task; null: it is about none, or that was not asked */
  takes(row: ScannedRow, namespace: string | null): boolean;
}

/** Tables of which any of some groups may take what rows tell. */
function sourcesOf(groups: ReadonlySet<FeedGroup>): ReadonlySet<LogSource> {
  return new Set(LOG_SOURCES.filter((source) => [...groups].some(({ filter }) => filter.mayTake(source))));
}

const NONE: readonly FeedGroup[] = [];

function add<Key>(index: Map<Key, Set<FeedGroup>>, key: Key, group: FeedGroup): void {
  const groups = index.get(key);
  if (groups === undefined) index.set(key, new Set([group]));
  else groups.add(group);
}

function remove<Key>(index: Map<Key, Set<FeedGroup>>, key: Key, group: FeedGroup): void {
  const groups = index.get(key);
  groups?.delete(group);
  if (groups?.size === 0) index.delete(key);
}
