import type { Command } from "commander";
import { z } from "zod";
import type { Circuit } from "../../api/shapes/circuit.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, required } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const CircuitOptions = GlobalOptions.extend({
  namespace: z.string().optional(),
  actor: z.string().optional(),
  reason: z.string().optional(),
  json: z.boolean().default(false),
});

const TONES = { closed: "good", open: "bad", half_open: "waiting" } as const;

const COLUMNS: readonly TableColumn<z.output<typeof Circuit>>[] = [
  { title: "namespace", cell: ({ namespace }) => span(namespace) },
  { title: "circuit", cell: ({ name }) => span(name, "strong") },
  { title: "state", cell: ({ state }) => span(state, TONES[state]) },
  { title: "since", cell: ({ since }) => span(since) },
  { title: "failures", cell: ({ failures }) => span(String(failures)), right: true },
  { title: "next probe", cell: (circuit) => span(circuit.next_probe_at ?? "-") },
];

/** Adds `circuit list` and `circuit close`: the circuit breakers that steps share. */
export function addCircuitCommands(circuit: Command, session: CommandSession): void {
  const { printer } = session;
  circuit
    .command("list")
    .description("list the circuit breakers that have ever failed")
    .option("--namespace <name>", "only those of this namespace", filledText("--namespace"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker circuit list --namespace payments")
    .action(async (_options: unknown, command: Command) => {
      const { json, namespace, ...options } = CircuitOptions.parse(command.optsWithGlobals());
      const { items: circuits } = await withClient(session, options, (client) =>
        readPages({ limit: Number.POSITIVE_INFINITY }, async (page) => {
          const answer = await client.call(ROUTES.listCircuits, { query: { namespace, ...page } });
          return { items: answer.circuits, next: answer.next_cursor };
        }),
      );
      if (json) for (const one of circuits) printer.json(one);
      else if (circuits.length === 0) printer.note("no circuit has ever failed");
      else printer.lines(renderTable(circuits, COLUMNS, printer.columns));
    });
  circuit
    .command("close")
    .description("close a circuit breaker at once: what made it open is forgotten")
    .argument("<namespace>", "namespace of its tasks", filledText("namespace"))
    .argument("<name>", "name of the circuit", filledText("name"))
    .option("--reason <text>", "why, for the audit log (needed)", filledText("--reason"))
    .option("--actor <name>", "who, for the audit log (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText("after", '\nExample:\n  $ tasker circuit close payments gateway --reason "it answers again"')
    .action(async (namespace: string, name: string, _options: unknown, command: Command) => {
      const options = CircuitOptions.parse(command.optsWithGlobals());
      const body = { reason: required("--reason", options.reason) };
      const answer = await withClient(session, options, (client) =>
        client.call(ROUTES.closeCircuit, { params: { namespace, name }, body }),
      );
      if (options.json) printer.json(answer);
      else printer.text(`${answer.outcome} circuit ${name} of ${namespace} is closed`);
    });
}
