import { randomUUID } from "node:crypto";
import pg from "pg";
import { migrate } from "../../src/database/migrate.ts";
import { openPostgres } from "../../src/database/postgres.ts";

/** A database of its own on a test server. */
export interface ThrowAwayDatabase {
  readonly url: string;
  /** Cuts off everybody who is connected, and removes it. */
  drop(): Promise<void>;
}

/** How a throw-away database is made. */
export interface ThrowAwayDatabaseOptions {
  /** Database to copy. Default: one with this release's schema, migrated on first use. */
  readonly template?: string;
}

/** A PostgreSQL server on which tests may make databases. */
export interface TestServer {
  /** Connection URL of one of its databases. Default: `postgres`. */
  url(database?: string): string;
  createDatabase(options?: ThrowAwayDatabaseOptions): Promise<ThrowAwayDatabase>;
}

/** The same server as `url`, another database. */
export function databaseUrl(url: string, database: string): string {
  const copy = new URL(url);
  copy.pathname = `/${database}`;
  return copy.href;
}

/** Makes databases on a server by copying a template, which takes about 50 ms. */
export class DatabaseFactory {
  readonly #url: (database?: string) => string;
  #template: Promise<string> | undefined;

  /** @param url gives the connection URL of a database of the server */
  constructor(url: (database?: string) => string) {
    this.#url = url;
  }

  async create(options: ThrowAwayDatabaseOptions = {}): Promise<ThrowAwayDatabase> {
    const template = options.template ?? (await this.template());
    const name = `tasker_test_${randomUUID().slice(0, 13).replace("-", "_")}`;
    await this.#administer(`create database ${name} template ${template}`);
    return { url: this.#url(name), drop: () => this.drop(name) };
  }

  /** Name of a database with this release's schema and nothing else. Made once. */
  template(): Promise<string> {
    this.#template ??= this.#makeTemplate();
    return this.#template;
  }

  /** Removes a database and cuts off everybody who is connected to it. */
  drop(name: string): Promise<void> {
    return this.#administer(`drop database if exists ${name} with (force)`);
  }

  async #makeTemplate(): Promise<string> {
    const { url } = await this.create({ template: "template0" });
    const database = await openPostgres(url, { connections: 1 });
    try {
      await migrate(database);
    } finally {
      await database.close();
    }
    return new URL(url).pathname.slice(1);
  }

  /** Statements on databases as a whole run outside of transactions, on a connection to another one. */
  async #administer(sql: string): Promise<void> {
    await administrators(this.#url()).query(sql);
  }
}

/** For each server one connection of this process, kept for a moment: most tests make a database. It holds nobody up. */
const pools = new Map<string, pg.Pool>();

function administrators(url: string): pg.Pool {
  let pool = pools.get(url);
  if (pool === undefined) {
    pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 1_000, allowExitOnIdle: true });
    // The server of some tests is stopped meanwhile; the next statement connects anew.
    pool.on("error", () => undefined);
    pools.set(url, pool);
  }
  return pool;
}
