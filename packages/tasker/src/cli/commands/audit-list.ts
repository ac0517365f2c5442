import type { Command } from "commander";
import { z } from "zod";
import type { AuditRecord } from "../../auth/audit/audit-entry.ts";
import { listAudit } from "../../auth/audit/list-audit.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, isoMoment, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({
  actor: z.string().optional(),
  action: z.string().optional(),
  resource: z.string().optional(),
  since: z.date().optional(),
  before: z.number().optional(),
  limit: z.number(),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<AuditRecord>[] = [
  { title: "id", cell: ({ id }) => span(String(id)), right: true },
  { title: "at", cell: ({ at }) => span(at.toISOString()) },
  { title: "actor", cell: ({ actor, actorKind }) => span(`${actor} (${actorKind})`, "strong") },
  { title: "action", cell: ({ action }) => span(action) },
  {
    title: "on",
    cell: ({ resource, resourceId }) => span(resourceId === null ? resource : `${resource} ${resourceId}`),
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
    .option("--before <id>", "only those with lesser ids: to read on", wholeNumber("--before", 1))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker audit list --action token.* --since 2027-01-31T09:00:00Z")
    .action(async (_options: unknown, command: Command) => {
      const { io, printer } = session;
      const { json, databaseUrl, data, ...filter } = ListOptions.parse(command.optsWithGlobals());
      const found = await withDatabase({ databaseUrl, data }, io, "existing", (database) =>
        listAudit(database, filter),
      );
      if (json) for (const record of found) printer.json(jsonOf(record));
      else if (found.length === 0) printer.note("nothing in the audit log");
      else printer.lines(renderTable(found, COLUMNS, printer.columns));
    });
}

function jsonOf({ at, actorKind, resourceId, requestId, ...record }: AuditRecord): object {
  const { id, actor, source, address, action, resource, namespace, details } = record;
  return {
    id,
    at: at.toISOString(),
    actor,
    actor_kind: actorKind,
    source,
    address,
    action,
    resource,
    resource_id: resourceId,
    namespace,
    request_id: requestId,
    details,
  };
}
