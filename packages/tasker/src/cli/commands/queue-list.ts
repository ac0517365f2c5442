import type { Command } from "commander";
import { z } from "zod";
import type { Queue } from "../../api/shapes/process.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

const COLUMNS: readonly TableColumn<z.output<typeof Queue>>[] = [
  { title: "queue", cell: ({ queue }) => span(queue, "strong") },
  { title: "template", cell: ({ namespace, name, version }) => span(`${namespace}/${name} ${version}`) },
  { title: "waiting", cell: ({ depth }) => span(String(depth)), right: true },
  { title: "oldest", cell: ({ oldest_at: at }) => span(at) },
  { title: "next", cell: ({ next_run_at: at }) => span(at) },
];

/** Adds `queue list`: how many steps wait for workers. */
export function addQueueCommands(queue: Command, session: CommandSession): void {
  const { printer } = session;
  queue
    .command("list")
    .description("list how many steps wait in queues, by queue and template")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker queue list")
    .action(async (_options: unknown, command: Command) => {
      const { json, ...options } = ListOptions.parse(command.optsWithGlobals());
      const { queues } = await withClient(session, options, (client) => client.call(ROUTES.listQueues));
      if (json) for (const one of queues) printer.json(one);
      else if (queues.length === 0) printer.note("no step waits in a queue");
      else printer.lines(renderTable(queues, COLUMNS, printer.columns));
    });
}
