import type { TestProject } from "vitest/node";
import { findPostgres } from "./postgres-binaries.ts";
import { startPostgres } from "./postgres-server.ts";
import { DatabaseFactory, databaseUrl } from "./test-server.ts";

/** Where the tests of a run find their server. */
export interface ProvidedServer {
  /** URL of a database that always exists. */
  readonly url: string;
  /** Name of the database that test databases are copied from. */
  readonly template: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Null: no server can be had, and tests that need one are left out. */
    postgres: ProvidedServer | null;
  }
}

/**
 * One PostgreSQL server for the whole run: that of `TASKER_TEST_DATABASE_URL`, or a private one, started here and
 * stopped at the end. Without any, tests that need one are left out, which is an error where `CI=true`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TASKER_TEST_DATABASE_URL;
  if (given !== undefined && given !== "") {
    const databases = new DatabaseFactory((database) =>
      database === undefined ? given : databaseUrl(given, database),
    );
    const template = await databases.template();
    project.provide("postgres", { url: given, template });
    return () => databases.drop(template);
  }
  if (findPostgres() === null) {
    if (process.env.CI === "true") throw new Error("no PostgreSQL found, and CI=true: every test must run");
    project.provide("postgres", null);
    return async () => console.warn("No PostgreSQL found: the tests that need one were left out.");
  }
  const server = await startPostgres({ fsync: false });
  const databases = new DatabaseFactory((database) => server.url(database));
  project.provide("postgres", { url: server.url(), template: await databases.template() });
  return () => server.stop();
}
