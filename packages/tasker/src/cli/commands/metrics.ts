import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import type { MetricsSnapshot } from "../../telemetry/metrics/snapshot.ts";
import { withRunningServer } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadPlugins } from "../input/load-plugins.ts";
import { collect, filledText } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";
import { writeResult } from "../write-result.ts";

/** Where a worker serves metrics that was started with `--metrics-port 9464`, the port that OpenTelemetry uses. */
const DEFAULT_URL = "http://127.0.0.1:9464/metrics";

const MetricsChoice = GlobalOptions.extend({ url: z.array(z.string()).optional(), json: z.boolean().default(false) });

const ExportChoice = MetricsChoice.extend({
  format: z.string(),
  output: z.string().optional(),
  plugin: z.array(z.string()).optional(),
});

/** An address that can be read from, collected, as commander's argument parser. */
function address(value: string, earlier: readonly string[] | undefined): readonly string[] {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return collect(value, earlier);
  throw new UsageError(`--url is '${value}', expected an http address`, { context: { option: "--url", value } });
}

const URL_OPTION = [
  "--url <url>",
  `where a worker serves them; can be given several times (default: the server that is named or runs on the embedded database, else ${DEFAULT_URL})`,
  address,
] as const;

/** Adds `metrics`: figures of a server, or of workers that run, read from where they serve them. */
export function addMetricsCommand(program: Command, session: CommandSession): void {
  program
    .command("metrics")
    .description("show the metrics of a server, or of workers that run with --metrics-port")
    .option(...URL_OPTION)
    .option("--json", "print them as one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker metrics --url http://10.0.0.7:9464/metrics")
    .action(async (_options: unknown, command: Command) => {
      await showMetrics(session, MetricsChoice.parse(command.optsWithGlobals()));
    });
}

/** Adds `export metrics`: the same in the format of another program. */
export function addExportMetricsCommand(parent: Command, session: CommandSession): void {
  parent
    .command("metrics")
    .description("write the metrics of a server, or of workers that run with --metrics-port")
    .option(...URL_OPTION)
    .option("--json", "short for --format json")
    .option("--format <format>", "json, csv, prometheus, or what a plugin offers", filledText("--format"), "prometheus")
    .option("--output <file>", "write to this file instead of standard output", filledText("--output"))
    .option("--plugin <name>", "a module or an installed package with exporters; can be given several times", collect)
    .addHelpText("after", "\nExample:\n  $ tasker export metrics --format csv --output metrics.csv")
    .action(async (_options: unknown, command: Command) => {
      await exportFigures(session, ExportChoice.parse(command.optsWithGlobals()));
    });
}

async function showMetrics(session: CommandSession, options: z.infer<typeof MetricsChoice>): Promise<void> {
  const { JsonExporter, samplesOf } = await import("../../telemetry/index.ts");
  const { printer } = session;
  const snapshot = await readMetrics(session, options);
  if (options.json) {
    printer.raw(`${new JsonExporter().export(snapshot)}\n`);
    return;
  }
  for (const family of snapshot.metrics) {
    // Buckets are for programs.
    const samples = samplesOf(family).filter(
      ({ name }) => family.type !== "histogram" || name !== `${family.name}_bucket`,
    );
    if (samples.length > 0) printer.text(`${family.name} (${family.type}): ${family.help}`);
    for (const { name, labels, value } of samples) {
      const named = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
      const part = name === family.name ? [] : [name.slice(family.name.length + 1)];
      printer.text(`  ${[...part, ...named, String(value)].join("  ")}`);
    }
  }
}

async function exportFigures(session: CommandSession, options: z.infer<typeof ExportChoice>): Promise<void> {
  const { exportMetrics, registerBuiltInExporters } = await import("../../telemetry/index.ts");
  const format = options.json ? "json" : options.format;
  const plugins = await loadPlugins(session.io.cwd, options.plugin ?? []);
  registerBuiltInExporters(plugins);
  const { data } = await exportMetrics(plugins, await readMetrics(session, options), { format });
  await writeResult(session, data.endsWith("\n") ? data : `${data}\n`, options.output);
}

/** Of several workers each series has the label `instance`; of one the figures are as it gives them. */
async function readMetrics(
  session: CommandSession,
  { url: urls, ...options }: z.infer<typeof MetricsChoice>,
): Promise<MetricsSnapshot> {
  const { fetchSnapshot, mergeSnapshots, readJsonExport } = await import("../../telemetry/index.ts");
  if (urls === undefined) {
    return withRunningServer(
      session,
      options,
      async (client) => readJsonExport(await client.callText(ROUTES.exportMetrics)),
      () => fetchSnapshot(DEFAULT_URL),
    );
  }
  if (options.server !== undefined) throw new UsageError("--url and --server are both given, expected one of them");
  const found = await Promise.all(
    urls.map(async (url) => ({ instance: new URL(url).host, snapshot: await fetchSnapshot(url) })),
  );
  const [only] = found;
  return only !== undefined && found.length === 1 ? only.snapshot : mergeSnapshots(found);
}
