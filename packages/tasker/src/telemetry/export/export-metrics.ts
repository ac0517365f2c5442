import { randomUUID } from "node:crypto";
import { ExportError } from "../../errors/index.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import { makeEvent } from "../../events/make-event.ts";
import type { PluginRegistry } from "../../registries/plugin-registry.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";

/** Options of {@link exportMetrics}. */
export interface ExportMetricsOptions {
  /** In which format, whatever the case of its letters. */
  readonly format: string;
  /** What the exporter is given besides the figures. Default: nothing. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Where it is told that an export was asked for and how it ended, such as `engine.events`. Default: nowhere. */
  readonly events?: Pick<EventBus, "publish">;
}

/** A finished export. */
export interface MetricsExport {
  readonly exportId: string;
  readonly format: string;
  /** What the exporter gave. */
  readonly data: string;
  readonly sizeBytes: number;
  /** Metrics that were exported, each with all its series. */
  readonly metricsCount: number;
  readonly durationMs: number;
  readonly plugin: { readonly name: string; readonly version: string | null };
}

/**
 * Exports figures with the first plugin of a format that succeeds. What is asked for and what becomes of it are published as
 * `tasker.telemetry.export_requested`, `export_completed` and `export_failed`.
 * @throws ExportError if no plugin knows the format (`context.supportedFormats`), or none succeeds (`cause`: the last error)
 */
export async function exportMetrics(
  plugins: PluginRegistry,
  snapshot: MetricsSnapshot,
  { format, options = {}, events }: ExportMetricsOptions,
): Promise<MetricsExport> {
  const exportId = randomUUID();
  const startedAt = performance.now();
  const common = { export_id: exportId, format };
  events?.publish(makeEvent("tasker.telemetry.export_requested", null, { ...common }, Date.now()));
  let failure: ExportError | null = null;
  for (const plugin of plugins.findByFormat(format)) {
    try {
      const data: unknown = await plugin.export(snapshot, { ...options, format });
      if (typeof data !== "string") {
        throw new TypeError(`the exporter ${plugin.name} gave ${typeof data}, expected a text`);
      }
      const made: MetricsExport = {
        ...{ exportId, format, data },
        sizeBytes: Buffer.byteLength(data),
        metricsCount: snapshot.metrics.length,
        durationMs: millisecondsSince(startedAt),
        plugin: { name: plugin.name, version: plugin.version ?? null },
      };
      const { metricsCount: metrics_count, durationMs: duration_ms } = made;
      events?.publish(
        makeEvent("tasker.telemetry.export_completed", null, { ...common, metrics_count, duration_ms }, Date.now()),
      );
      return made;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      failure = new ExportError(`the exporter ${plugin.name} failed: ${reason}`, {
        context: { format, plugin: plugin.name },
        cause,
      });
    }
  }
  failure ??= unknownFormat(plugins, format);
  const duration_ms = millisecondsSince(startedAt);
  events?.publish(
    makeEvent("tasker.telemetry.export_failed", null, { ...common, error: failure.message, duration_ms }, Date.now()),
  );
  throw failure;
}

/** To the microsecond. */
function millisecondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 1_000) / 1_000;
}

function unknownFormat(plugins: PluginRegistry, format: string): ExportError {
  const supportedFormats = plugins.supportedFormats();
  const known =
    supportedFormats.length === 0 ? "and there are no exporters" : `expected ${supportedFormats.join(", ")}`;
  return new ExportError(`no exporter knows the format '${format}', ${known}`, {
    context: { format, supportedFormats: [...supportedFormats] },
  });
}
