import type { IncomingMessage } from "node:http";
import type { Database } from "../database/database.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import type { MetricsRefusal } from "../telemetry/http/metrics-handler.ts";
import type { CommandIo } from "./io.ts";

/** What the server of metrics is guarded with. */
export interface MetricsGuard {
  /** Address on which it listens; undefined: only this machine reaches it. */
  readonly host: string | undefined;
  readonly database: Database;
  readonly io: Pick<CommandIo, "cwd" | "clock">;
  /** Told what somebody had better know. */
  readonly warn: (text: string) => void;
}

/**
 * Says who may read metrics: with `telemetry.metrics_auth_required` those who may `tasker.metrics:index`; null: all who reach the
 * server. Where the configuration does not say it, whoever is on this machine needs no permission and everybody else does.
 * @throws ConfigurationError
 */
export async function guardMetrics(
  { document: { auth: config, telemetry }, isGiven }: LoadedConfiguration,
  { host, database, io, warn }: MetricsGuard,
): Promise<((request: IncomingMessage) => Promise<MetricsRefusal | null>) | null> {
  const { isLoopback } = await import("../auth/authenticators/loopback.ts");
  const isOnlyHere = host === undefined || host === "localhost" || isLoopback(host);
  const isRequired = isGiven("telemetry.metrics_auth_required") ? telemetry.metrics_auth_required : !isOnlyHere;
  if (!isRequired) return null;
  const { openAuth } = await import("../auth/auth.ts");
  const { isRefusal } = await import("../auth/refusal.ts");
  const auth = await openAuth(config, { database, directory: io.cwd, clock: io.clock, warn });
  return async ({ headers, method = "GET", url = "", socket }) => {
    const answer = await auth.authorizeRequest(
      { headers, method, path: url, address: socket.remoteAddress ?? null, transport: "http" },
      { resource: "tasker.metrics", action: "index", on: {} },
    );
    return isRefusal(answer) ? answer : null;
  };
}
