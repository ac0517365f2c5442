import { LOG_SOURCES } from "../event-log/cursor/log-source.ts";
import type { RowInterest } from "../event-log/reading/row-reader.ts";
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
  get interest(): RowInterest {
    const wide = [...this.#everywhere, ...[...this.#byNamespace.values()].flatMap((groups) => [...groups])];
    const sources = new Set(LOG_SOURCES.filter((source) => wide.some(({ filter }) => filter.mayTake(source))));
    if (sources.has("stepRows")) return null;
    const tasks = this.#byTask;
    return ({ source, taskId }) => sources.has(source) || (taskId !== null && tasks.has(taskId));
  }

  /** Groups that may take events of a task and namespace; null: of none. */
  candidates(taskId: number | null, namespace: string | null): readonly FeedGroup[] {
    const ofTask = taskId === null ? undefined : this.#byTask.get(taskId);
    const ofNamespace = namespace === null ? undefined : this.#byNamespace.get(namespace);
    if (ofTask === undefined && ofNamespace === undefined && this.#everywhere.size === 0) return NONE;
    return [...(ofTask ?? []), ...(ofNamespace ?? []), ...this.#everywhere];
  }
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
