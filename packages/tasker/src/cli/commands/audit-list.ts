import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, isoMoment, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({
  actor: z.string().optional(),
  action: z.string().optional(),
  resource: z.string().optional(),
  since: z.date().optional(),
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

type AuditRecord = z.output<typeof ROUTES.listAudit.answer>["entries"][number];

const COLUMNS: readonly TableColumn<AuditRecord>[] = [
  { title: "id", cell: ({ audit_id: id }) => span(String(id)), right: true },
  { title: "at", cell: ({ at }) => span(at) },
  { title: "actor", cell: ({ actor, actor_kind: kind }) => span(`${actor} (${kind})`, "strong") },
  { title: "action", cell: ({ action }) => span(action) },
  {
    title: "on",
    cell: ({ resource, resource_id: id }) => span(id === null ? resource : `${resource} ${id}`),
  },
  { title: "namespace", cell: ({ namespace }) => span(namespace ?? "-") },
  { title: "from", cell: ({ source, address }) => span(address === null ? source : `${source} ${address}`) },
];

/** Adds `audit list`: who did what, newest first. */
export function addAuditCommands(audit: Command, session: CommandSession): void {
  audit
    .command("list")
    .description("list what people and programs did, newest first")
    .option("--actor <name>", "only what this one did", filledText("--actor"))
    .option(
      "--action <name>",
      "only this action, such as token.create, or all of a kind: token.*",
      filledText("--action"),
    )
    .option("--resource <name>", "only what was done to this resource, such as tasker.task", filledText("--resource"))
    .option("--since <time>", "only from this moment on, in ISO 8601 with a zone", isoMoment("--since"))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker audit list --action token.* --since 2027-01-31T09:00:00Z")
    .action(async (_options: unknown, command: Command) => {
      await listAudit(session, ListOptions.parse(command.optsWithGlobals()));
    });
}

async function listAudit(session: CommandSession, options: z.infer<typeof ListOptions>): Promise<void> {
  const { printer } = session;
  const { actor, action, resource, since } = options;
  const { items, next } = await withClient(session, { ...options, actor: undefined }, (client) =>
    readPages(options, async (page) => {
      const query = { actor, action, resource, since: since?.toISOString(), ...page };
      const answer = await client.call(ROUTES.listAudit, { query });
      return { items: answer.entries, next: answer.next_cursor };
    }),
  );
  if (options.json) for (const record of items) printer.json(record);
  else if (items.length === 0) printer.note("nothing in the audit log");
  else printer.lines(renderTable(items, COLUMNS, printer.columns));
  if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
}
