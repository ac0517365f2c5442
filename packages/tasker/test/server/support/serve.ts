import { onTestFinished } from "vitest";
import { openAuth } from "../../../src/auth/auth.ts";
import { Client } from "../../../src/client/client.ts";
import type { AuthSettings } from "../../../src/config/auth-config.ts";
import { authConfig } from "../../../src/config/auth-config.ts";
import type { Database } from "../../../src/database/database.ts";
import type { TaskTemplate } from "../../../src/handlers/task-template.ts";
import { Health } from "../../../src/health/health.ts";
import type { AppOptions } from "../../../src/server/app-options.ts";
import { openServer } from "../../../src/server/open-server.ts";
import type { GivenParts } from "../../../src/server/server.ts";
import { type LogLine, makeEngine, recordingLog } from "../../support/engine-harness.ts";

/** A directory in which there is no configuration. */
const NOWHERE = "/nonexistent";

/** What a server under test is made of besides its database. */
export interface ServeOptions extends AppOptions {
  readonly templates?: readonly TaskTemplate[];
  /** Default: nobody is asked who they are. */
  readonly auth?: AuthSettings;
  readonly engine?: Parameters<typeof makeEngine>[2];
  readonly parts?: Partial<GivenParts>;
}

/** Makes a server on a database that listens on a free port of this machine until the test ends; its engine is not started. */
export async function serve(
  database: Database,
  { templates = [], auth, engine, parts, ...options }: ServeOptions = {},
) {
  const made = makeEngine(database, templates, engine);
  const lines: LogLine[] = [];
  const server = await openServer({
    database,
    engine: made.engine,
    registry: made.registry,
    auth: await openAuth(authConfig(auth), { database, clock: made.clock, warn: () => {} }),
    health: new Health({ database }),
    sources: { cwd: NOWHERE, variables: {} },
    clock: made.clock,
    log: recordingLog(lines),
    ...parts,
    ...options,
  });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const { url } = await server.listen({ port: 0 });
  return { ...made, server, url, lines, client: new Client({ baseUrl: url }) };
}
