import { type Auth, openAuth } from "../auth/auth.ts";
import { systemClock } from "../clock/clock.ts";
import { authConfig } from "../config/auth-config.ts";
import type { Log } from "../engine/options.ts";
import { Health } from "../health/health.ts";
import type { AppOptions } from "./app-options.ts";
import { type GivenParts, Server } from "./server.ts";
import type { ServerParts } from "./server-parts.ts";

/** What a server of your own is made of: what is left out has a default. */
export interface OpenServerOptions
  extends Pick<ServerParts, "database" | "engine" | "registry">,
    Partial<Omit<GivenParts, "database" | "engine" | "registry" | "auth">>,
    AppOptions {
  /** From `openAuth`. Default: nobody is asked who they are, and only requests from this machine are answered. */
  readonly auth?: Auth;
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Makes a server around an engine, which submits and acts for it whether it is started or not. It listens nowhere yet.
 * Defaults: no metrics, no cache, nothing decrypted, no log; the configuration is looked for in the working directory.
 */
export async function openServer({ database, engine, registry, ...options }: OpenServerOptions): Promise<Server> {
  const { clock = systemClock, log = SILENT, ...rest } = options;
  const auth = rest.auth ?? (await openAuth(authConfig(), { database, clock, warn: () => {} }));
  const parts = {
    ...{ database, engine, registry, auth, clock, log },
    health: rest.health ?? new Health({ database, engine, clock }),
    metrics: rest.metrics ?? null,
    httpMetrics: rest.httpMetrics ?? null,
    cache: rest.cache ?? null,
    areMetricsClosed: rest.areMetricsClosed ?? true,
    encryption: rest.encryption ?? null,
    redact: rest.redact ?? [],
    sources: rest.sources ?? { cwd: process.cwd(), variables: process.env },
  };
  return new Server(parts, rest);
}
