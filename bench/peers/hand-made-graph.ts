import type { Shape } from "../shapes.ts";

/**
 * What somebody writes around a job queue to run a chain or a fan: which jobs follow one that is done. Joins are counted
 * in the memory of the process: a crash would lose the count.
 */
export class HandMadeGraph {
  /** The step that follows no other. */
  readonly first: string;
  readonly #children: ReadonlyMap<string, readonly string[]>;
  readonly #parents: ReadonlyMap<string, number>;
  readonly #arrived = new Map<string, number>();

  constructor({ steps }: Shape) {
    this.first = steps[0]?.name ?? "";
    this.#parents = new Map(steps.map(({ name, dependsOn }) => [name, dependsOn.length]));
    this.#children = new Map(
      steps.map(({ name }) => [
        name,
        steps.filter(({ dependsOn }) => dependsOn.includes(name)).map((child) => child.name),
      ]),
    );
  }

  /** Steps of a task that may start now that this one is done. */
  next(task: number, name: string): string[] {
    return (this.#children.get(name) ?? []).filter((child) => this.#arrive(task, child));
  }

  #arrive(task: number, child: string): boolean {
    const parents = this.#parents.get(child) ?? 1;
    if (parents === 1) return true;
    const key = `${task} ${child}`;
    const arrived = (this.#arrived.get(key) ?? 0) + 1;
    if (arrived < parents) this.#arrived.set(key, arrived);
    else this.#arrived.delete(key);
    return arrived === parents;
  }
}
