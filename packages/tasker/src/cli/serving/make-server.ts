import type { ServerConfig } from "../../config/server-config.ts";
import type { AppOptions } from "../../server/app-options.ts";
import type { Server } from "../../server/server.ts";
import { SecretSource } from "../../vault/secret-source.ts";
import type { EngineProcess } from "../engine-process.ts";
import type { GlobalOptions } from "../global-options.ts";
import type { CommandIo } from "../io.ts";
import { chooseDatabase } from "../open-command-database.ts";
import { pluginsOf } from "../read-command-configuration.ts";

/**
 * Makes the server of a process, which listens nowhere yet. Its modules are loaded only here.
 * @param warn told what those had better know whom others reach. Default: nobody
 * @throws ConfigurationError
 */
export async function makeServer(
  io: Pick<CommandIo, "cwd" | "env" | "clock">,
  options: GlobalOptions,
  {
    engine,
    database,
    registry,
    loaded,
    plugins,
    log,
    metrics,
    httpMetrics,
    onConfiguration,
  }: Omit<EngineProcess, "stop">,
  app: AppOptions & { readonly server?: ServerConfig } = {},
  warn: (message: string) => void = () => {},
): Promise<Server> {
  const { openAuth } = await import("../../auth/auth.ts");
  const { Health } = await import("../../health/health.ts");
  const { appOptionsFrom } = await import("../../server/configured-options.ts");
  const { Server: ServerClass } = await import("../../server/server.ts");
  const { cacheFrom } = await import("../../settings/cache-from.ts");
  const { encryptionFrom } = await import("../../settings/engine-options.ts");
  const { clock } = io;
  const { server: config = loaded.document.server, ...own } = app;
  const document = { ...loaded.document, server: config };
  const choice = chooseDatabase(options, io);
  const auth = await openAuth(document.auth, {
    database,
    directory: io.cwd,
    clock,
    warn,
  });
  const cache = cacheFrom(loaded, database, {
    clock,
    onError: (err) => log.warn({ err }, "the cache failed: values are made anew"),
  });
  const health = new Health({
    database,
    engine,
    cache,
    config: document.health,
    clock,
    dataDirectory: choice.kind === "embedded" ? choice.directory : undefined,
  });
  onConfiguration(({ document: changed }) => {
    health.reconfigure(changed.health);
    cache.reconfigure(changed.cache);
  });
  return new ServerClass(
    {
      ...{ database, engine, registry, auth, health, metrics, httpMetrics, clock, log, cache },
      // What the reference leaves open is closed to those elsewhere unless somebody opens it.
      areMetricsClosed: !loaded.isGiven("telemetry.metrics_auth_required") || document.telemetry.metrics_auth_required,
      encryption: encryptionFrom(loaded, new SecretSource({ variables: io.env })),
      redact: document.engine.redact,
      sources: {
        ...{ cwd: io.cwd, file: options.config, variables: io.env },
        ...(plugins === undefined ? {} : { plugins: pluginsOf(plugins) }),
      },
    },
    { ...appOptionsFrom(document), ...own },
  );
}
