import { readTransitionFacts } from "../packages/tasker/dist/cli/progress/transition-facts.js";
import { formatDuration, formatTimeOfDay } from "../packages/tasker/dist/cli/render/format-duration.js";
import { renderTable } from "../packages/tasker/dist/cli/render/render-table.js";
import { span } from "../packages/tasker/dist/cli/render/span.js";
import { stateTone } from "../packages/tasker/dist/cli/render/step-mark.js";
import { drawTaskBoard } from "../packages/tasker/dist/cli/render/task-board.js";

/**
 * Prints what came of the demonstration's order: its steps, its result, its audit trail, and what to try next.
 * @param printer the command line's printer
 * @param details the task as `readTaskDetails` gives it
 * @param progress the same as `progressFromDetails` gives it
 * @param directory the database's directory, as commands name it
 */
export function printRun(printer, details, progress, directory) {
  const { columns, unicode } = printer;
  const now = details.transitions.at(-1)?.at.getTime() ?? progress.since;
  printer.text("");
  printer.lines(drawTaskBoard(progress, { now, columns, unicode, wholeErrors: true }));
  printTitle(printer, "order");
  printer.lines(describeOrder(details).map(([name, value]) => [span(`  ${name.padEnd(10)}`, "faint"), span(value)]));
  printTitle(printer, "audit trail, from the database (UTC)");
  const [titles, ...rows] = renderTable(details.transitions, auditColumns(unicode), columns);
  printer.line(titles);
  for (const [at, row] of rows.entries()) {
    printer.line(row);
    const failure = describeFailure(details.transitions[at]);
    if (failure !== null) printer.text(`${" ".repeat(16)}${failure}`);
  }
  printTitle(printer, "go on with");
  for (const [purpose, command] of nextCommands(details.task_id, directory)) {
    printer.line([span(`  ${purpose}:`, "faint")]);
    // Not cut to the terminal's width: it is there to be copied.
    printer.text(`    ${command}`);
  }
}

function printTitle(printer, title) {
  printer.text("");
  printer.line([span(title, "strong")]);
}

/** Name and value of everything that the shop would want to know; only what has been reached. */
function describeOrder({ state, steps }) {
  const results = Object.fromEntries(steps.map((step) => [step.name, step.state === "complete" ? step.results : {}]));
  const { create_order: order, process_payment: payment, send_confirmation: mail } = results;
  const attempts = steps.find((step) => step.name === "process_payment")?.attempts;
  return [
    ["task", state],
    ["number", order.order_number],
    ["total", order.total_amount === undefined ? undefined : `${order.total_amount.toFixed(2)} ${payment.currency}`],
    ["charged", payment.payment_id && `once, ${payment.payment_id} (attempt ${attempts})`],
    ["delivery", order.estimated_delivery],
    ["mailed to", mail.recipient],
  ].filter(([, value]) => value);
}

function auditColumns(unicode) {
  const arrow = unicode ? "→" : "->";
  return [
    { title: "  time", cell: ({ at }) => span(`  ${formatTimeOfDay(at)}`, "faint") },
    { title: "entity", cell: (row) => (row.step_name === null ? span("task", "strong") : span(row.step_name)) },
    {
      title: `from ${arrow} to`,
      cell: (row) => {
        const { nextAttemptAt } = readTransitionFacts(row.metadata);
        return span(
          `${row.from_state ?? ""} ${arrow} ${row.to_state}`,
          stateTone(row.to_state, nextAttemptAt !== null),
        );
      },
    },
    { title: "attempt", cell: (row) => span(String(readTransitionFacts(row.metadata).attempt ?? "")), right: true },
    {
      title: "note",
      cell: (row) => {
        const { durationMs } = readTransitionFacts(row.metadata);
        return span(durationMs === null ? "" : `took ${formatDuration(durationMs)}`);
      },
    },
  ];
}

/** What a line of its own says about a failed attempt, or null. */
function describeFailure({ at, metadata }) {
  const { error, nextAttemptAt } = readTransitionFacts(metadata);
  if (error === null) return null;
  return nextAttemptAt === null ? error : `${error}; retry in ${formatDuration(nextAttemptAt - at.getTime())}`;
}

/** Purpose and command. */
function nextCommands(taskId, directory) {
  const example = "examples/ecommerce";
  return [
    ["everything that is stored of this task", `npx tasker task show ${taskId} --data ${directory}`],
    [
      "an order whose card is declined, as it runs",
      `npx tasker run ${example}/process-order.yaml --context ${example}/orders/insufficient-funds.json --watch`,
    ],
    ["a project of your own", "npx tasker init my-project"],
  ];
}
