/**
 * What is kept for later: events that failed, and those of the same task after them. Counts also what is still to be written
 * to the database, so that a task is free only when nothing of it is kept.
 */
export class HeldEvents {
  readonly #byTask = new Map<number, number>();
  #total = 0;

  /** Events that are kept. */
  get total(): number {
    return this.#total;
  }

  /** Whether events of a task have to wait behind others. Those without a task never have to. */
  holds(taskId: number | null): boolean {
    return taskId !== null && this.#byTask.has(taskId);
  }

  add(taskId: number | null, count = 1): void {
    this.#total += count;
    if (taskId !== null) this.#byTask.set(taskId, (this.#byTask.get(taskId) ?? 0) + count);
  }

  remove(taskId: number | null): void {
    this.#total -= 1;
    if (taskId === null) return;
    const left = (this.#byTask.get(taskId) ?? 1) - 1;
    if (left > 0) this.#byTask.set(taskId, left);
    else this.#byTask.delete(taskId);
  }
}
