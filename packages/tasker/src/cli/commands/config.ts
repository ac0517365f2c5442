import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import type { PluginRegistry } from "../../registries/plugin-registry.ts";
import { withRunningServer } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadPlugins } from "../input/load-plugins.ts";
import { collect } from "../input/parse-option.ts";
import { refuseServer } from "../open-command-database.ts";
import { pluginsOf, readWholeConfiguration } from "../read-command-configuration.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ConfigOptions = GlobalOptions.extend({
  plugin: z.array(z.string()).optional(),
  json: z.boolean().default(false),
});
const ShowOptions = ConfigOptions.extend({ origin: z.boolean().default(false) });

const PLUGIN = [
  "--plugin <name>",
  "a module or package with plugins, whose sections are known then; can be given several times",
  collect,
] as const;

/** Adds `config show`, `config validate`, `config schema` and `config explain`: what is configured, and what could be. */
export function addConfigCommands(config: Command, session: CommandSession): void {
  config
    .command("show")
    .description("show every option with its value; secrets are masked")
    .option("--origin", "show where each value comes from")
    .option("--json", "print one JSON object a line, with the origin")
    .option(...PLUGIN)
    .addHelpText("after", "\nExample:\n  $ tasker config show --origin")
    .action(async (_options: unknown, command: Command) => {
      await show(session, ShowOptions.parse(command.optsWithGlobals()));
    });
  config
    .command("validate")
    .description("check the configuration from all of its sources, and say everything that is wrong")
    .option("--json", "print a JSON object")
    .option(...PLUGIN)
    .addHelpText("after", "\nExample:\n  $ tasker config validate --config shop.yaml")
    .action(async (_options: unknown, command: Command) => {
      await validate(session, ConfigOptions.parse(command.optsWithGlobals()));
    });
  config
    .command("schema")
    .description("print the JSON Schema of configuration files, for editors")
    .option(...PLUGIN)
    .addHelpText("after", "\nExample:\n  $ tasker config schema > tasker.schema.json")
    .action(async (_options: unknown, command: Command) => {
      const { fileJsonSchema } = await import("../../settings/file-schema.ts");
      const { PluginSections } = await import("../../settings/plugin-sections.ts");
      const options = ConfigOptions.parse(command.optsWithGlobals());
      refuseServer(options, "knows the options of this machine only");
      const { plugins } = await pluginsIn(session, options);
      const sections = plugins === undefined ? null : new PluginSections(pluginsOf(plugins));
      session.printer.raw(`${JSON.stringify(fileJsonSchema(sections?.whole), null, 2)}\n`);
    });
  config
    .command("explain <key>")
    .description("tell what an option does, what it may be, and what it is")
    .option("--json", "print JSON")
    .option(...PLUGIN)
    .addHelpText("after", "\nExample:\n  $ tasker config explain cache.default_ttl")
    .action(async (key: string, _options: unknown, command: Command) => {
      await explain(session, key, ConfigOptions.parse(command.optsWithGlobals()));
    });
}

type ConfigOptions = z.infer<typeof ConfigOptions>;

/** The plugins that a command names; without any, sections of plugins are not looked at. */
async function pluginsIn(
  { io }: CommandSession,
  { plugin }: ConfigOptions,
): Promise<{ readonly plugins?: PluginRegistry }> {
  return plugin === undefined ? {} : { plugins: await loadPlugins(io.cwd, plugin) };
}

/** An option as it is configured. */
interface ShownOption {
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
}

async function show(session: CommandSession, options: z.infer<typeof ShowOptions>): Promise<void> {
  const { printer } = session;
  const { options: shown } = await readOptions(session, options, { mayMissReferences: true });
  if (options.json) {
    for (const { path, value, origin } of shown) printer.json({ path, value, origin });
    return;
  }
  const width = Math.max(...shown.map(({ path }) => path.length));
  printer.lines(
    shown.map(({ path, value, origin }): Line => {
      const text = `${path.padEnd(width)}  ${JSON.stringify(value)}`;
      if (!options.origin) return [span(text)];
      return [span(text, origin === "default" ? "faint" : "plain"), span(`  ${origin}`, "faint")];
    }),
  );
}

async function validate(session: CommandSession, options: ConfigOptions): Promise<void> {
  const { printer } = session;
  const { environment, options: shown } = await readOptions(session, options, { mayMissReferences: false });
  const given = shown.filter(({ origin }) => origin !== "default");
  const sources = [...new Set(given.map(({ origin }) => origin.replace(/:\d+$/, "")))];
  if (options.json) {
    printer.json({ valid: true, environment, options: given.length, sources });
    return;
  }
  const from = sources.length === 0 ? "" : ` from ${sources.join(", ")}`;
  printer.text(`the configuration for ${environment} is right: ${given.length} options${from}`);
}

/** All options of the server, or of this command. */
function readOptions(
  session: CommandSession,
  options: ConfigOptions,
  reading: { readonly mayMissReferences: boolean },
): Promise<{ readonly environment: string; readonly options: readonly ShownOption[] }> {
  return withRunningServer(
    session,
    options,
    (client) => client.call(ROUTES.getConfiguration),
    async () => {
      const { shownOptions } = await import("../../settings/describe-option.ts");
      const loaded = await readWholeConfiguration(options, session.io, {
        ...(await pluginsIn(session, options)),
        ...reading,
      });
      return { environment: loaded.environment, options: shownOptions(loaded) };
    },
  );
}

async function explain(session: CommandSession, key: string, options: ConfigOptions): Promise<void> {
  const { printer } = session;
  const about = await withRunningServer(
    session,
    options,
    async (client) => {
      const { version: _version, ...option } = await client.call(ROUTES.getOption, { params: { path: key } });
      return option;
    },
    () => ownOption(session, key, options),
  );
  if (options.json) {
    printer.json(about);
    return;
  }
  printer.text(`${key}: ${about.says}`);
  const unit = about.unit === null ? "" : `, in ${about.unit}`;
  printer.text(`type: ${about.type}${unit}`);
  printer.text(`default: ${JSON.stringify(about.default)}`);
  printer.text(`now: ${JSON.stringify(about.value)}, from ${about.origin}`);
  if (about.variable !== null) printer.text(`variable: ${about.variable}`);
  printer.text(
    about.dynamic ? "a change takes effect in running processes" : "a change takes effect at the next start",
  );
  if (about.overridable) printer.text("it may differ for tasks of a namespace or a template");
  if (about.replaced_by !== null) printer.text(`nothing reads it here: ${about.replaced_by}`);
}

async function ownOption(session: CommandSession, key: string, options: ConfigOptions) {
  const { describeOption, shownOption } = await import("../../settings/describe-option.ts");
  const reading = { ...(await pluginsIn(session, options)), mayMissReferences: true };
  const loaded = await readWholeConfiguration(options, session.io, reading);
  const { replacedBy, ...about } = describeOption(key, loaded.plugins);
  return { ...shownOption(loaded, key), ...about, replaced_by: replacedBy };
}
