/** A piece of work of a line; null if it has been done when it returns. It never rejects. */
export type LineJob = () => Promise<void> | null;

/** Jobs of one task, the first of which is next. */
interface Line {
  readonly jobs: LineJob[];
  next: number;
}

/** Runs jobs, those of one task one after the other, those of different tasks at the same time, up to a limit. */
export class TaskLines {
  readonly #limit: number;
  readonly #lines = new Map<number | symbol, Line>();
  #waiting: (number | symbol)[] = [];
  #first = 0;
  #running = 0;
  #whenIdle: (() => void)[] = [];
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a job to the line of a task. Jobs without a task wait for no other. */
  add(taskId: number | null, job: LineJob): void {
    const key = taskId ?? Symbol();
    const line = this.#lines.get(key);
    if (line !== undefined) line.jobs.push(job);
    else {
      this.#lines.set(key, { jobs: [job], next: 0 });
      this.#waiting.push(key);
    }
  }

  /** Starts what can be started. */
  pump(): void {
    while (!this.#closed && this.#running < this.#limit && this.#first < this.#waiting.length) {
      const key = this.#waiting[this.#first];
      this.#first += 1;
      if (key !== undefined) this.#runNext(key);
    }
    if (this.#first > 1_000 || this.#first === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Starts nothing any more; resolves when everything that runs has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #runNext(key: number | symbol): void {
    const line = this.#lines.get(key);
    const job = line?.jobs[line.next];
    if (line === undefined || job === undefined) return;
    line.next += 1;
    const running = job();
    if (running === null) {
      this.#requeue(key, line);
      return;
    }
    this.#running += 1;
    void running.then(() => {
      this.#running -= 1;
      this.#requeue(key, line);
      this.pump();
      if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    });
  }

  #requeue(key: number | symbol, line: Line): void {
    if (line.next < line.jobs.length) this.#waiting.push(key);
    else this.#lines.delete(key);
  }
}
