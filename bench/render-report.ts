import type { Measurement } from "./measurement.ts";
import { median } from "./statistics.ts";

/** A table of the figures, aligned, and below it one line of conditions. With repetitions: median, least and greatest. */
export function renderReport(measurements: readonly Measurement[]): string {
  const groups = Map.groupBy(measurements, ({ bench, metric, shape, steps, question, submit_included, processes }) =>
    [bench, metric, shape, steps, question, submit_included, processes].join("\0"),
  );
  const repeated = measurements.some(({ repeat }) => repeat > 1);
  const header = ["bench", "metric", "of", ...(repeated ? ["median", "min", "max"] : ["value"]), "unit"];
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const values = group.map(({ value }) => value);
    const figures = repeated ? [median(values), Math.min(...values), Math.max(...values)] : values;
    return [[first.bench, first.metric, describeLoad(first), ...figures.map(formatFigure), first.unit]];
  });
  return [...alignColumns([header, ...rows]), "", describeConditions(measurements)].join("\n");
}

function describeLoad({ tasks, steps, shape, question, submit_included, processes }: Measurement): string {
  const graph = `${shape} ${formatCount(steps)}`;
  const asked = question === undefined ? "" : `${question}, `;
  const load = asked + (tasks === undefined ? graph : `${formatCount(tasks)} x ${graph}`);
  if (processes !== undefined) return `${load}, ${processes} processes`;
  return submit_included === undefined ? load : `${load}, submit ${submit_included ? "included" : "excluded"}`;
}

/** Three significant digits, and all digits of what is 1,000 or more. */
function formatFigure(value: number): string {
  return value >= 1_000 ? formatCount(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** Columns from the fourth to the last but one hold numbers: they are aligned on the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, c) => Math.max(cell.length, widest[c] ?? 0)),
    [],
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column > 2 && column < row.length - 1 ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join("  ").trimEnd();
  });
}

function describeConditions(measurements: readonly Measurement[]): string {
  const [any] = measurements;
  if (any === undefined) return "nothing was measured";
  const stored = measurements.find(({ postgres }) => postgres !== undefined);
  const limited = measurements.find(({ concurrency }) => typeof concurrency === "number");
  return [
    `Node ${any.node}`,
    ...(stored === undefined ? [] : [`PostgreSQL ${stored.postgres}`, `fsync ${stored.fsync}`]),
    ...(stored === undefined ? [] : [`synchronous_commit ${stored.synchronous_commit}`]),
    ...(limited === undefined
      ? []
      : [`concurrency ${limited.concurrency}`, `max tasks ${limited.max_tasks?.toLocaleString("en-US")}`]),
    `${any.cpus} CPUs`,
    `load average before ${any.load_average}`,
    `commit ${any.commit ?? "unknown"}`,
  ].join(", ");
}
