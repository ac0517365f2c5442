import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Longest time from the entry into the last step until it is durable, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Asks the database of a system what it holds, on a connection beside the system's own. */
export class StoreQueries {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<StoreQueries> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new StoreQueries(client);
  }

  /** Runs SQL that may consist of several statements. */
  async execute(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  /** @param sql a statement that gives one number, named `count` */
  async count(sql: string): Promise<number> {
    const { rows } = await this.#client.query<{ count: string | number }>(sql);
    return Number(rows[0]?.count);
  }

  /** Asks every millisecond until the number is the expected one. @throws Error after a minute */
  async until(sql: string, expected: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = await this.count(sql);
      if (found === expected) return;
      if (performance.now() > deadline) throw new Error(`${found} after a minute, expected ${expected}: ${sql}`);
      await sleep(1);
    }
  }

  /** @throws Error that says which number is another one than expected */
  async expect(counts: readonly { readonly what: string; readonly sql: string; readonly expected: number }[]) {
    for (const { what, sql, expected } of counts) {
      const found = await this.count(sql);
      if (found !== expected) throw new Error(`the database has ${found} ${what}, expected ${expected}`);
    }
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
