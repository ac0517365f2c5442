import type { Command } from "commander";
import { z } from "zod";
import type { Process } from "../../api/shapes/process.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

const TONES = { live: "good", late: "bad", stopped: "faint" } as const;

const COLUMNS: readonly TableColumn<z.output<typeof Process>>[] = [
  { title: "id", cell: ({ process_id: id }) => span(String(id)), right: true },
  { title: "where", cell: ({ host, pid }) => span(`${host} ${pid}`, "strong") },
  {
    title: "what",
    cell: ({ kind, name, language }) => span(kind === "engine" ? kind : `${language} ${name ?? kind}`),
  },
  { title: "lease", cell: ({ lease }) => span(lease, TONES[lease]) },
  { title: "started", cell: ({ started_at: at }) => span(at) },
  { title: "heartbeat", cell: ({ heartbeat_at: at }) => span(at) },
  { title: "tasks", cell: ({ owned_tasks: tasks }) => span(String(tasks)), right: true },
  { title: "running", cell: ({ executions }) => span(String(executions)), right: true },
  { title: "spare", cell: ({ spare_slots: slots }) => span(String(slots)), right: true },
];

/** Adds `worker list`: the processes that run tasks. */
export function addWorkerCommands(worker: Command, session: CommandSession): void {
  const { printer } = session;
  worker
    .command("list")
    .description("list the processes that run tasks, the youngest first")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker worker list")
    .action(async (_options: unknown, command: Command) => {
      const { json, ...options } = ListOptions.parse(command.optsWithGlobals());
      const { processes } = await withClient(session, options, (client) => client.call(ROUTES.listProcesses));
      if (json) for (const process of processes) printer.json(process);
      else if (processes.length === 0) printer.note("no processes");
      else printer.lines(renderTable(processes, COLUMNS, printer.columns));
    });
}
