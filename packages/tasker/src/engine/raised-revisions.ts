/** Most revisions that are remembered; more tasks are never on their way into memory at a time. */
const MOST_RAISED = 20_000;

/**
 * Revisions that others' changes have raised tasks to that are not in memory. One that is being read may have been read before
 * the change. Of those that never come, the oldest are forgotten.
 */
export class RaisedRevisions {
  readonly #raised = new Map<number, number>();

  remember(taskId: number, revision: number): void {
    this.#raised.delete(taskId);
    this.#raised.set(taskId, revision);
    const [oldest] = this.#raised.keys();
    if (this.#raised.size > MOST_RAISED && oldest !== undefined) this.#raised.delete(oldest);
  }

  /** Whether a task that comes into memory with this revision was read before it was changed. Forgets what it was raised to. */
  takeIsNewer(taskId: number, revision: number): boolean {
    const raised = this.#raised.get(taskId);
    this.#raised.delete(taskId);
    return raised !== undefined && raised > revision;
  }

  clear(): void {
    this.#raised.clear();
  }
}
