import { startPostgres } from "../packages/tasker/test/support/postgres-server.ts";
import { DatabaseFactory, databaseUrl, type TestServer } from "../packages/tasker/test/support/test-server.ts";

/** The PostgreSQL server of an invocation. */
export interface BenchServer extends Pick<TestServer, "createDatabase"> {
  /** Process id, if the server was started for the benchmarks alone. Null: it is somebody else's. */
  readonly pid: number | null;
  /** Ends the server, if it was started for the benchmarks. */
  stop(): Promise<void>;
}

/**
 * The server of a URL, or a new one with the settings that PostgreSQL has when it is installed.
 * @throws Error if no PostgreSQL is installed, or it does not start
 */
export async function openBenchServer(url: string | null): Promise<BenchServer> {
  if (url === null) return startPostgres({ fsync: true });
  const databases = new DatabaseFactory((database) => (database === undefined ? url : databaseUrl(url, database)));
  return { pid: null, createDatabase: (options) => databases.create(options), stop: async () => undefined };
}
