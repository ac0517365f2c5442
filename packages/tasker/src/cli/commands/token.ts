import type { Command } from "commander";
import { z } from "zod";
import type { ApiToken, MadeToken } from "../../api/shapes/token.ts";
import { ROUTES } from "../../client/index.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { namesServer, withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { age, collectFilled, filledText, wholeNumber } from "../input/parse-option.ts";
import type { CommandIo } from "../io.ts";
import { readCommandConfiguration } from "../read-command-configuration.ts";
import { readPages } from "../read-pages.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const TokenOptions = GlobalOptions.extend({
  role: z.array(z.string()).default([]),
  permission: z.array(z.string()).default([]),
  namespace: z.array(z.string()).optional(),
  expiresIn: z.number().optional(),
  overlap: z.number().optional(),
  actor: z.string().optional(),
  json: z.boolean().default(false),
});

type Token = z.output<typeof ApiToken>;

const COLUMNS: readonly TableColumn<Token>[] = [
  { title: "id", cell: ({ token_id: id }) => span(String(id)), right: true },
  { title: "name", cell: ({ name }) => span(name, "strong") },
  { title: "token", cell: ({ prefix }) => span(`tasker_${prefix}_...`) },
  { title: "may", cell: ({ roles, permissions }) => span([...roles, ...permissions].join(" ")) },
  { title: "in", cell: ({ namespaces }) => span(namespaces?.join(" ") ?? "all") },
  { title: "expires", cell: ({ expires_at: at }) => span(at ?? "never") },
  { title: "used", cell: ({ last_used_at: at }) => span(at ?? "never") },
  { title: "revoked", cell: ({ revoked_at: at }) => span(at ?? "-") },
];

/** Adds `token create`, `list`, `revoke` and `rotate`. */
export function addTokenCommands(token: Command, session: CommandSession): void {
  addWrite(token.command("create"), "make an API token and print it this once")
    .argument("<name>", "what it is for")
    .option("--role <name>", "a role that it has; may be repeated", collectFilled("--role"))
    .option(
      "--permission <permission>",
      "a permission, such as tasker.task:*; may be repeated",
      collectFilled("--permission"),
    )
    .option(
      "--namespace <name>",
      "the namespaces that it is limited to; may be repeated (default: all)",
      collectFilled("--namespace"),
    )
    .option("--expires-in <age>", "when it ends, such as 90d (default: never)", age("--expires-in"))
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker token create ci --role operator --namespace payments --expires-in 90d",
    )
    .action((name: string, _options: unknown, command: Command) => create(session, name, command));
  token
    .command("list")
    .description("list API tokens, newest first")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker token list")
    .action((_options: unknown, command: Command) => list(session, command));
  addWrite(token.command("revoke"), "have an API token count no more")
    .argument("<id>", "id of the token", wholeNumber("id", 1))
    .addHelpText("after", "\nExample:\n  $ tasker token revoke 3")
    .action((id: number, _options: unknown, command: Command) => revoke(session, id, command));
  addWrite(token.command("rotate"), "make a token in another one's place and print it this once")
    .argument("<id>", "id of the token", wholeNumber("id", 1))
    .option("--overlap <age>", "how long the old one still counts, such as 1h (default: 1d)", age("--overlap"))
    .addHelpText("after", "\nExample:\n  $ tasker token rotate 3 --overlap 1h")
    .action((id: number, _options: unknown, command: Command) => rotate(session, id, command));
}

function addWrite(command: Command, description: string): Command {
  return command
    .description(description)
    .option("--actor <name>", "who, for the audit log (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object");
}

async function create(session: CommandSession, name: string, command: Command): Promise<void> {
  const { io } = session;
  const options = TokenOptions.parse(command.optsWithGlobals());
  const body = {
    name,
    roles: [...options.role],
    permissions: [...options.permission],
    namespaces: options.namespace ?? null,
    expires_at: options.expiresIn === undefined ? null : new Date(io.clock.now() + options.expiresIn).toISOString(),
  };
  // The roles of a server are where that is.
  if (!namesServer(options, io)) await requireKnownRoles(options, io, options.role);
  const made = await withClient(session, options, (client) => client.call(ROUTES.createToken, { body }));
  print(session, made, options.json);
}

/** @throws InvalidRequestError for a role that the file of roles, or without one the usual roles, does not have */
async function requireKnownRoles(options: GlobalOptions, io: CommandIo, named: readonly string[]): Promise<void> {
  if (named.length === 0) return;
  const { knownRoles } = await import("../../auth/authorization/known-roles.ts");
  const { document } = await readCommandConfiguration(options, io);
  const known = await knownRoles(document.auth, io.cwd);
  const unknown = known === null ? undefined : named.find((role) => !known.includes(role));
  if (known === null || unknown === undefined) return;
  const expected = "a role that there is";
  throw new InvalidRequestError(`--role is "${unknown}", expected ${expected} (${hintAt(unknown, known, "roles")})`, {
    context: { field: "--role", value: unknown, expected },
  });
}

async function rotate(session: CommandSession, id: number, command: Command): Promise<void> {
  const options = TokenOptions.parse(command.optsWithGlobals());
  const body = options.overlap === undefined ? {} : { overlap_seconds: options.overlap / 1_000 };
  const made = await withClient(session, options, (client) =>
    client.call(ROUTES.rotateToken, { params: { token_id: id }, body }),
  );
  print(session, made, options.json);
}

async function revoke(session: CommandSession, id: number, command: Command): Promise<void> {
  const { printer } = session;
  const options = TokenOptions.parse(command.optsWithGlobals());
  const token = await withClient(session, options, (client) =>
    client.call(ROUTES.revokeToken, { params: { token_id: id } }),
  );
  if (options.json) printer.json(token);
  else printer.text(`token ${id} (${token.name}) is revoked`);
}

async function list(session: CommandSession, command: Command): Promise<void> {
  const { printer } = session;
  const options = TokenOptions.parse(command.optsWithGlobals());
  const { items } = await withClient(session, options, (client) =>
    readPages({ limit: Number.POSITIVE_INFINITY }, async (page) => {
      const { tokens, next_cursor: next } = await client.call(ROUTES.listTokens, { query: page });
      return { items: tokens, next };
    }),
  );
  if (options.json) for (const token of items) printer.json(token);
  else if (items.length === 0) printer.note("no tokens");
  else printer.lines(renderTable(items, COLUMNS, printer.columns));
}

function print({ printer }: CommandSession, { token: secret, ...token }: z.output<typeof MadeToken>, json: boolean) {
  if (json) {
    printer.json({ ...token, token: secret });
    return;
  }
  // Alone on standard output, for $(...); it is not shown again.
  printer.note(`token ${token.token_id} (${token.name}); this is the only time that it is shown:`);
  printer.raw(`${secret}\n`);
}
