import { type Command, Option } from "commander";
import { z } from "zod";
import { LOG_FORMATS } from "../config/log-level.ts";
import type { TelemetryConfig } from "../config/telemetry-config.ts";
import { currentCorrelationId } from "../correlation/current-correlation.ts";
import type { Database } from "../database/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { EngineMeter } from "../engine/engine-meter.ts";
import type { Log } from "../engine/options.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import type { OtlpSettings } from "../telemetry/otlp/otlp-settings.ts";
import { guardMetrics } from "./guard-metrics.ts";
import { type LogLevels, type LogSampling, logLevels, logSampling } from "./input/parse-log-choice.ts";
import { wholeNumber } from "./input/parse-option.ts";
import type { CommandIo } from "./io.ts";
import { usesColor } from "./render/paint.ts";

/** Values of the options that {@link addTelemetryOptions} adds. */
export const TelemetryChoice = z.object({
  metricsPort: z.number().optional(),
  metricsHost: z.string().optional(),
  metricsOtlp: z.string().optional(),
  logFormat: z.enum(LOG_FORMATS).optional(),
  logLevel: z.custom<LogLevels>().optional(),
  logSampling: z.custom<LogSampling>().optional(),
});
export type TelemetryChoice = z.infer<typeof TelemetryChoice>;

/** Adds the options of a command whose engine is watched. */
export function addTelemetryOptions(command: Command): Command {
  return command
    .option(
      "--metrics-port <port>",
      "serve metrics for Prometheus at http://<host>:<port>/metrics",
      wholeNumber("--metrics-port", 0, 65_535),
    )
    .option("--metrics-host <address>", "address to serve them on (default: 127.0.0.1)")
    .option("--metrics-otlp <url>", "push metrics to this OTLP receiver (default: OTEL_EXPORTER_OTLP_ENDPOINT)")
    .addOption(
      new Option(
        "--log-format <format>",
        "write structured logs to standard error in this format (default: pretty on a terminal, else json)",
      ).choices(LOG_FORMATS),
    )
    .option(
      "--log-level <levels>",
      "least level of structured logs (default: info), or levels: engine=debug,events=warn,default=info",
      logLevels("--log-level"),
    )
    .option(
      "--log-sampling <rates>",
      "part of the debug and info lines of engine and events that is written: events=0.1 (default: 1)",
      logSampling("--log-sampling"),
    );
}

/** What watches the engine of a command. */
export interface CommandTelemetry {
  /** What the engine is made with. Without `meter` nothing is counted; without `log` it tells a person what it has to tell. */
  readonly parts: { readonly meter?: EngineMeter; readonly log?: Log };
  /** Begins to watch. Call it before the engine starts. @throws ConfigurationError if metrics cannot be served there */
  observe(engine: Engine, database: Database): Promise<void>;
  /** Null: nothing is counted. */
  readonly metrics: Metrics | null;
  /** Changes the level of structured logs to what a configuration says now, unless the command line says another one. */
  takeLevel(loaded: LoadedConfiguration): void;
  close(): Promise<void>;
}

/**
 * Makes what the options ask for; its modules are loaded only then.
 * @param note tells a person where metrics are served
 * @param isMeasured whether metrics are counted although no option asks for it
 * @throws ConfigurationError
 */
export async function openTelemetry(
  io: CommandIo,
  given: TelemetryChoice,
  note: (text: string) => void,
  loaded: LoadedConfiguration,
  isMeasured = false,
): Promise<CommandTelemetry> {
  const { telemetry } = loaded.document;
  const choice = withConfigured(given, loaded);
  const isLogging = [choice.logFormat, choice.logLevel, choice.logSampling].some((part) => part !== undefined);
  const log = isLogging ? await openLog(io, choice, telemetry) : null;
  const isPushing = choice.metricsOtlp !== undefined || hasOtlpAddress(io.env);
  const isMeasuring =
    telemetry.enabled && telemetry.metrics_enabled && (isMeasured || choice.metricsPort !== undefined || isPushing);
  const metrics = isMeasuring ? await openMetrics(io, choice, loaded, log, note) : null;
  let unsubscribe = () => {};
  return {
    parts: {
      ...(metrics === null ? {} : { meter: metrics.meter }),
      ...(log === null ? {} : { log: log.engine }),
    },
    metrics: metrics?.metrics ?? null,
    takeLevel(changed) {
      if (given.logLevel?.default === undefined) log?.setLevel(changed.document.telemetry.log_level);
    },
    async observe(engine, database) {
      if (log !== null) unsubscribe = log.follow(engine);
      await metrics?.observe(engine, database);
    },
    async close() {
      await metrics?.close();
      unsubscribe();
    },
  };
}

/** Options of the command line over what the configuration says, as far as it says something. */
function withConfigured(
  choice: TelemetryChoice,
  { document: { telemetry }, isGiven }: LoadedConfiguration,
): TelemetryChoice {
  const { log_level, log_format, structured_logging_enabled: writes, prometheus } = telemetry;
  const isOn = telemetry.enabled && writes;
  return {
    ...(isOn && isGiven("telemetry.log_format") ? { logFormat: log_format } : {}),
    ...(prometheus.endpoint === null ? {} : { metricsOtlp: prometheus.endpoint }),
    ...choice,
    ...(isOn && isGiven("telemetry.log_level") ? { logLevel: { default: log_level, ...choice.logLevel } } : {}),
  };
}

function hasOtlpAddress({
  OTEL_EXPORTER_OTLP_ENDPOINT: base,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: whole,
}: CommandIo["env"]): boolean {
  return (base ?? "") !== "" || (whole ?? "") !== "";
}

async function openLog(
  io: CommandIo,
  { logFormat, logLevel = {}, logSampling = {} }: TelemetryChoice,
  telemetry: TelemetryConfig,
) {
  const { createLog, logEvents, maskedPaths } = await import("../telemetry/index.ts");
  const { eventFilter } = await import("../event-routing/event-filter.ts");
  const { filteredEvents } = await import("../settings/engine-options.ts");
  const { filter_parameters: masked, filter_mask: maskWith } = telemetry;
  const isFiltered = eventFilter(filteredEvents(telemetry));
  const context = () => {
    const id = currentCorrelationId();
    return id === null ? undefined : { correlation_id: id };
  };
  const { default: level, ...levels } = logLevel;
  const component = (name: "engine" | "events") => ({
    ...(levels[name] === undefined ? {} : { level: levels[name] }),
    ...(logSampling[name] === undefined ? {} : { sampling: logSampling[name] }),
  });
  const { NODE_ENV: environment } = io.env;
  const colors = usesColor({ env: io.env, terminal: { ...io.terminal, isTty: io.stderr.isTTY === true } });
  const log = createLog(
    {
      mask: maskedPaths(masked),
      maskWith,
      ...(logFormat === undefined ? {} : { format: logFormat }),
      ...(level === undefined ? {} : { level }),
      ...(environment === undefined ? {} : { environment }),
      components: { engine: component("engine"), events: component("events") },
    },
    { destination: io.stderr, colors, context },
  );
  const events = log.component("events");
  return {
    engine: log.component("engine"),
    setLevel: log.setLevel,
    follow: (engine: Engine) => logEvents(events, engine, { router: { routes: (name) => !isFiltered(name) } }),
  };
}

async function openMetrics(
  io: CommandIo,
  { metricsPort: port, metricsHost: host, metricsOtlp }: TelemetryChoice,
  loaded: LoadedConfiguration,
  log: { readonly engine: Log } | null,
  note: (text: string) => void,
) {
  const { telemetry } = loaded.document;
  const { prometheus } = telemetry;
  const { EngineMetrics, Metrics, MetricsPusher, otlpSettings, serveMetrics } = await import("../telemetry/index.ts");
  const report: Log = log?.engine ?? {
    debug() {},
    info() {},
    warn: (_, text) => note(text),
    error: (_, text) => note(text),
  };
  const metrics = new Metrics({
    prefix: prometheus.metric_prefix,
    maxLabelSets: telemetry.max_stored_samples,
    onReadError: (err, metric) => report.warn({ err, metric }, "a metric could not be read"),
  });
  const meter = new EngineMetrics(metrics);
  const settings = authorized(otlpSettings(metricsOtlp, io.env), prometheus);
  const pusher = settings === null ? null : new MetricsPusher(metrics, settings, report);
  const ends: (() => Promise<void>)[] = [];
  return {
    metrics,
    meter,
    async observe(engine: Engine, database: Database) {
      ends.push(meter.observe({ engine, database, clock: io.clock, log: report }));
      if (port !== undefined) {
        const onError = (err: unknown) => report.warn({ err }, "metrics could not be served");
        const authorize = await guardMetrics(loaded, { host, database, io, warn: note });
        const endpoint = await serveMetrics(metrics, {
          port,
          ...(host === undefined ? {} : { host }),
          path: telemetry.metrics_endpoint,
          format: telemetry.metrics_format,
          correlationHeader: telemetry.correlation_id_header,
          ...(authorize === null ? {} : { authorize }),
          onError,
        });
        ends.push(() => endpoint.close());
        note(`metrics at ${endpoint.url}`);
      }
      if (pusher === null) return;
      pusher.start();
      ends.push(() => pusher.stop());
    },
    async close() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

/** Settings of a receiver that asks for a user and a password. */
function authorized(settings: OtlpSettings | null, { username, password }: TelemetryConfig["prometheus"]) {
  if (settings === null || username === null || password === null) return settings;
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  return { ...settings, headers: { authorization: `Basic ${basic}`, ...settings.headers } };
}
