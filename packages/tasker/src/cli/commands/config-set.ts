import type { Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import { withRunningServer } from "../command-client.ts";
import { currentUser } from "../current-user.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import type { CommandSession } from "../session.ts";

const SetOptions = GlobalOptions.extend({ actor: z.string().optional(), json: z.boolean().default(false) });

/** Adds `config set` and `config unset`: options in the database, for all processes that run on it. */
export function addConfigSetCommands(config: Command, session: CommandSession): void {
  const who = ["--actor <name>", "who, for the audit log (default: the user of the system)"] as const;
  config
    .command("set <key> <value>")
    .description("set an option for all processes on the database, while they run")
    .option(...who, filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tasker config set backoff.max_backoff_seconds 600\n  $ tasker config set namespaces.payments.backoff.max_backoff_seconds 60",
    )
    .action(async (key: string, value: string, _options: unknown, command: Command) => {
      await store(session, key, value, SetOptions.parse(command.optsWithGlobals()));
    });
  config
    .command("unset <key>")
    .description("take an option out of the database again: what files and variables say counts")
    .option(...who, filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker config unset backoff.max_backoff_seconds")
    .action(async (key: string, _options: unknown, command: Command) => {
      await store(session, key, undefined, SetOptions.parse(command.optsWithGlobals()));
    });
}

async function store(
  session: CommandSession,
  key: string,
  text: string | undefined,
  options: z.infer<typeof SetOptions>,
): Promise<void> {
  const { io, printer } = session;
  const { schemaAt } = await import("../../config/json-schema.ts");
  const { optionPlace } = await import("../../config/option-place.ts");
  const { readValue } = await import("../../settings/sources/variables.ts");
  const { storeOption } = await import("../../settings/stored/store-option.ts");
  const value = text === undefined ? undefined : readValue(text, schemaAt(optionPlace(key)));
  await withRunningServer(
    session,
    options,
    (client) => storeThrough(client, key, value),
    () =>
      withDatabase(options, io, "existing", (database) =>
        storeOption(
          database,
          { path: key, value },
          {
            actor: options.actor ?? currentUser(io),
            actorKind: "cli",
            source: "cli",
            at: new Date(io.clock.now()),
          },
          { cwd: io.cwd, file: options.config, variables: io.env },
        ),
      ),
  );
  if (options.json) printer.json({ path: key, value: value ?? null, set: value !== undefined });
  else if (value === undefined) printer.text(`${key} is no longer set in the database`);
  else printer.text(`${key} is ${JSON.stringify(value)}`);
}

async function storeThrough(client: Client, path: string, value: unknown): Promise<void> {
  const params = { path };
  if (value === undefined) await client.call(ROUTES.unsetOption, { params });
  else await client.call(ROUTES.setOption, { params, body: { value: z.json().parse(value) } });
}
