import { median } from "../statistics.ts";
import type { Peer } from "./peer.ts";
import type { PeerFinding, PeerMeasurement } from "./peer-finding.ts";
import { PEER_NAMES, type PeerName } from "./peer-names.ts";
import { PEERS } from "./peers.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

type Metric = PeerFinding["metric"];

const METRIC_TITLES: Readonly<Record<Metric, string>> = {
  steps_per_s: "steps/s",
  node_cpu_us_per_step: "CPU of Node, us/step",
  server_cpu_us_per_step: "of the server",
  other_cpus: "CPUs used by others",
  rss_mb: "resident MB",
  task_p50_ms: "ms per task, p50",
  handoff_p50_ms: "handoff p50, ms",
  handoff_p99_ms: "handoff p99, ms",
};

const COSTS: readonly (readonly [Workload, Metric])[] = [
  ["W1", "node_cpu_us_per_step"],
  ["W1", "server_cpu_us_per_step"],
  ["W1", "rss_mb"],
  ["W4", "handoff_p50_ms"],
  ["W4", "handoff_p99_ms"],
];

/** By which a workload's systems are compared. */
function mainMetric(workload: Workload): Metric {
  return workload === "W4" ? "task_p50_ms" : "steps_per_s";
}

/** Tables of the medians, the ratios of ours to each, and the conditions; aligned, or as Markdown. */
export function renderPeers(measurements: readonly PeerMeasurement[], markdown: boolean): string {
  const [any] = measurements;
  if (any === undefined) return "nothing was measured";
  const figures = new Figures(measurements);
  const peers = PEER_NAMES.filter((name) => measurements.some(({ peer }) => peer === name)).map((name) => PEERS[name]);
  const workloads = WORKLOADS.filter((name) => measurements.some(({ workload }) => workload === name));
  const table = markdown ? renderMarkdownTable : renderAlignedTable;
  const others = peers.filter(({ name }) => name !== "tasker");
  const costs = COSTS.filter(([workload]) => workloads.includes(workload));
  const sections = [
    table(
      ["", ...workloads.map((workload) => `${workload}, ${METRIC_TITLES[mainMetric(workload)]}`)],
      peers.map(({ name }) => [
        name,
        ...workloads.map((workload) => figures.describe(name, workload, mainMetric(workload))),
      ]),
    ),
    table(
      ["how many times faster than", ...workloads, "which keeps"],
      others.map(({ name, keeps }) => [name, ...workloads.map((workload) => figures.ratio(name, workload)), keeps]),
    ),
    table(
      ["", ...costs.map(([workload, metric]) => `${workload}, ${METRIC_TITLES[metric]}`)],
      peers.map(({ name }) => [name, ...costs.map(([workload, metric]) => figures.describe(name, workload, metric))]),
    ),
    table(
      ["system", "versions", "keeps of a step", "settings"],
      peers.map((peer) => describePeer(peer, measurements)),
    ),
    [...describeBest(figures, peers, workloads), describeConditions(any, measurements)].join("\n"),
  ];
  return sections.join("\n\n");
}

/** Medians over the repetitions. */
class Figures {
  readonly #values: ReadonlyMap<string, readonly number[]>;

  constructor(measurements: readonly PeerMeasurement[]) {
    const groups = Map.groupBy(measurements, ({ peer, workload, metric }) => `${peer} ${workload} ${metric}`);
    this.#values = new Map([...groups].map(([key, group]) => [key, group.map(({ value }) => value)]));
  }

  median(peer: PeerName, workload: Workload, metric: Metric): number | null {
    const values = this.#values.get(`${peer} ${workload} ${metric}`);
    return values === undefined ? null : median(values);
  }

  describe(peer: PeerName, workload: Workload, metric: Metric): string {
    const values = this.#values.get(`${peer} ${workload} ${metric}`);
    if (values === undefined) return "-";
    const middle = formatFigure(median(values));
    if (values.length === 1) return middle;
    return `${middle} (${formatFigure(Math.min(...values))}-${formatFigure(Math.max(...values))})`;
  }

  /** How many times faster ours is: of rates ours by theirs, of times theirs by ours. */
  ratioOf(peer: PeerName, workload: Workload): number | null {
    const metric = mainMetric(workload);
    const ours = this.median("tasker", workload, metric);
    const theirs = this.median(peer, workload, metric);
    if (ours === null || theirs === null) return null;
    return workload === "W4" ? theirs / ours : ours / theirs;
  }

  ratio(peer: PeerName, workload: Workload): string {
    const ratio = this.ratioOf(peer, workload);
    return ratio === null ? "-" : `${Number(ratio.toPrecision(2))}x`;
  }
}

/** Of each workload, the ratio to the best of those that keep as much as the comparison asks for. */
function describeBest(figures: Figures, peers: readonly Peer[], workloads: readonly Workload[]): string[] {
  const durable = peers.filter(({ name, keeps }) => name !== "tasker" && keeps === "each step in PostgreSQL");
  return workloads.flatMap((workload) => {
    const ratios = durable.flatMap(({ name }) => {
      const ratio = figures.ratioOf(name, workload);
      return ratio === null ? [] : [{ name, ratio }];
    });
    const best = ratios.toSorted((a, b) => a.ratio - b.ratio)[0];
    if (best === undefined) return [];
    return [
      `${workload}: ${Number(best.ratio.toPrecision(2))}x the best that keeps each step in PostgreSQL (${best.name}).`,
    ];
  });
}

function describePeer({ name, record, settings }: Peer, measurements: readonly PeerMeasurement[]): string[] {
  const versions = measurements.find(({ peer }) => peer === name)?.versions ?? [];
  return [name, versions.length === 0 ? "this commit" : versions.join(", "), record, settings];
}

function describeConditions(any: PeerMeasurement, measurements: readonly PeerMeasurement[]): string {
  const others = measurements.filter(({ metric }) => metric === "other_cpus").map(({ value }) => value);
  const repeats = Math.max(...measurements.map(({ repeat }) => repeat));
  return [
    `${repeats} runs of each in turns`,
    `Node ${any.node}`,
    `PostgreSQL ${any.postgres}`,
    ...(any.redis === null ? [] : [`Redis ${any.redis}`]),
    `${any.cpus} CPUs`,
    `load average before ${any.load_average}`,
    ...(others.length === 0 ? [] : [`others used ${formatFigure(median(others))} CPUs (median)`]),
    `commit ${any.commit ?? "unknown"}`,
  ].join(", ");
}

/** Three significant digits, and all digits of what is 1,000 or more. */
function formatFigure(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}

function renderMarkdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function renderAlignedTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
