import type { Analysis } from "../../api/shapes/analysis.ts";
import { formatDuration } from "./format-duration.ts";
import { renderTable, type TableColumn } from "./render-table.ts";
import { type Line, span, type Tone } from "./span.ts";

type Bottleneck = Analysis["bottlenecks"]["bottlenecks"][number];
type RiskyStep = Analysis["risk"]["riskiest_steps"][number];

/** Steps of a way that are named, from its beginning. */
const MOST_NAMED = 8;

const TONES: Readonly<Record<string, Tone>> = {
  Critical: "bad",
  High: "bad",
  Medium: "waiting",
};

const BOTTLENECKS: readonly TableColumn<Bottleneck>[] = [
  { title: "step", cell: ({ step_name }) => span(step_name) },
  { title: "state", cell: ({ current_state }) => span(current_state) },
  { title: "severity", cell: ({ severity }) => span(severity, TONES[severity] ?? "plain") },
  { title: "impact", right: true, cell: ({ impact_score }) => span(String(impact_score)) },
  { title: "behind it", right: true, cell: ({ downstream_steps_count }) => span(String(downstream_steps_count)) },
  { title: "what it is", cell: ({ bottleneck_type }) => span(bottleneck_type) },
  { title: "what to do", cell: ({ resolution_strategy }) => span(resolution_strategy) },
];

const RISKS: readonly TableColumn<RiskyStep>[] = [
  { title: "step", cell: ({ step_name }) => span(step_name) },
  {
    title: "failed earlier",
    right: true,
    cell: ({ past_failures, past_attempts }) => span(`${past_failures}/${past_attempts}`),
  },
  { title: "attempts left", right: true, cell: ({ attempts_left }) => span(String(attempts_left)) },
  { title: "fails", right: true, cell: ({ probability }) => span(percent(probability)) },
];

/** An analysis for reading: what remains, what holds it up, what could go wrong. */
export function drawAnalysis(analysis: Analysis, columns: number): Line[] {
  const { bottlenecks, parallelism_opportunities: levels, critical_paths: paths, risk } = analysis;
  const lines: Line[] = [
    [
      span(`task ${analysis.task_id}`, "strong"),
      span(`: ${levels.overall_completion} % of ${levels.total_steps} steps done, ${bottlenecks.task_health}`),
    ],
    [span(remainder(analysis))],
    [
      span(
        `levels: ${levels.total_levels}, widest ${levels.max_parallel_steps}, ready now ${levels.current_parallel_opportunities}, waiting for others ${levels.blocked_parallel_opportunities}`,
      ),
    ],
    [
      span(`longest way: ${way(paths.longest_by_duration.step_names)}`),
      span(` (${formatDuration(paths.longest_by_duration.seconds * 1_000)})`, "faint"),
    ],
  ];
  const table = <Row>(title: string, rows: readonly Row[], layout: readonly TableColumn<Row>[]) => {
    if (rows.length > 0) lines.push([], [span(title, "strong")], ...renderTable(rows, layout, columns));
  };
  table(
    `bottlenecks: ${bottlenecks.total_bottlenecks}, ${bottlenecks.critical_bottlenecks} critical, impact ${bottlenecks.overall_impact}`,
    bottlenecks.bottlenecks,
    BOTTLENECKS,
  );
  const probability = risk.probability_of_failure;
  table(
    `risk of failing, by earlier tasks: ${probability === null ? "unknown" : percent(probability)}`,
    risk.riskiest_steps,
    RISKS,
  );
  return lines;
}

function remainder({ estimate }: Analysis): string {
  if (estimate.remaining_steps === 0) return "nothing remains";
  const seconds = (value: number) => formatDuration(value * 1_000);
  const source = `durations of earlier tasks known for ${estimate.steps_with_history} of ${estimate.remaining_steps} steps`;
  const times = `${seconds(estimate.p50_seconds)} as a rule, ${seconds(estimate.p95_seconds)} at worst (${source})`;
  const when = estimate.needs_operator ? "once somebody has acted on what failed for good, " : "";
  return `remaining: ${when}${times}, by way of ${way(estimate.critical_path.step_names)}`;
}

function way(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(" > ");
  return names.length > MOST_NAMED ? `${shown} > ${names.length - MOST_NAMED} more` : shown;
}

const percent = (share: number) => `${Math.round(share * 1_000) / 10} %`;
