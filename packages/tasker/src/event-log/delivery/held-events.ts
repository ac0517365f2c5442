/** What is kept of one task. */
interface HeldTask {
  /** Events that are still to be written to the database. */
  unwritten: number;
  /** Ids of those that are there. */
  readonly written: Set<number>;
  /** Ids of those that went before it was heard that they had been written. */
  readonly gone: Set<number>;
}

/**
 * What is kept for later: events that failed, and those of the same task after them. Knows also what is still to be written
 * to the database, so that a task is free only when nothing of it is kept. To be told the same thing twice changes nothing.
 */
export class HeldEvents {
  readonly #byTask = new Map<number | null, HeldTask>();
  #total = 0;

  /** Events that are kept. */
  get total(): number {
    return this.#total;
  }

  /** Whether events of a task have to wait behind others. Those without a task never have to. */
  holds(taskId: number | null): boolean {
    return taskId !== null && this.#byTask.has(taskId);
  }

  /** An event is kept, and to be written. */
  add(taskId: number | null): void {
    this.#change(taskId, (task) => {
      task.unwritten += 1;
    });
  }

  /** One that was to be written is now in the database. */
  write(taskId: number | null, deliveryId: number): void {
    this.#change(taskId, (task) => {
      task.unwritten -= 1;
      if (!task.gone.delete(deliveryId)) task.written.add(deliveryId);
    });
  }

  /** One was found in the database. */
  find(taskId: number | null, deliveryId: number): void {
    this.#change(taskId, (task) => task.written.add(deliveryId));
  }

  /** One is no longer in the database. */
  remove(taskId: number | null, deliveryId: number): void {
    this.#change(taskId, (task) => {
      task.written.delete(deliveryId);
      if (task.unwritten > 0) task.gone.add(deliveryId);
    });
  }

  #change(taskId: number | null, change: (task: HeldTask) => void): void {
    const task = this.#byTask.get(taskId) ?? { unwritten: 0, written: new Set(), gone: new Set() };
    const before = sizeOf(task);
    change(task);
    this.#total += sizeOf(task) - before;
    if (sizeOf(task) === 0) this.#byTask.delete(taskId);
    else this.#byTask.set(taskId, task);
  }
}

const sizeOf = ({ unwritten, written }: HeldTask): number => unwritten + written.size;
