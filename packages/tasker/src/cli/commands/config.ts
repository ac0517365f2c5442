import type { Command } from "commander";
import { z } from "zod";
import type { PluginRegistry } from "../../registries/plugin-registry.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadPlugins } from "../input/load-plugins.ts";
import { collect } from "../input/parse-option.ts";
import { pluginsOf, readWholeConfiguration } from "../read-command-configuration.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ConfigOptions = GlobalOptions.extend({ plugin: z.array(z.string()).optional() });
const ShowOptions = ConfigOptions.extend({ origin: z.boolean().default(false), json: z.boolean().default(false) });
const ExplainOptions = ConfigOptions.extend({ json: z.boolean().default(false) });

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
    .option("--json", "print one JSON object a line")
    .option(...PLUGIN)
    .addHelpText("after", "\nExample:\n  $ tasker config show --origin")
    .action(async (_options: unknown, command: Command) => {
      await show(session, ShowOptions.parse(command.optsWithGlobals()));
    });
  config
    .command("validate")
    .description("check the configuration from all of its sources, and say everything that is wrong")
    .option(...PLUGIN)
    .action(async (_options: unknown, command: Command) => {
      await validate(session, ConfigOptions.parse(command.optsWithGlobals()));
    });
  config
    .command("schema")
    .description("print the JSON Schema of configuration files, for editors")
    .option(...PLUGIN)
    .action(async (_options: unknown, command: Command) => {
      const { fileJsonSchema } = await import("../../settings/file-schema.ts");
      const { PluginSections } = await import("../../settings/plugin-sections.ts");
      const { plugins } = await pluginsIn(session, ConfigOptions.parse(command.optsWithGlobals()));
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
      await explain(session, key, ExplainOptions.parse(command.optsWithGlobals()));
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

async function show(session: CommandSession, options: z.infer<typeof ShowOptions>): Promise<void> {
  const { io, printer } = session;
  const { shownOptions } = await import("../../settings/describe-option.ts");
  const reading = { ...(await pluginsIn(session, options)), mayMissReferences: true };
  const shown = shownOptions(await readWholeConfiguration(options, io, reading));
  if (options.json) {
    for (const { path, value, origin } of shown)
      printer.json(options.origin ? { path, value, origin } : { path, value });
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
  const { io, printer, finish } = session;
  const { shownOptions } = await import("../../settings/describe-option.ts");
  const loaded = await readWholeConfiguration(options, io, await pluginsIn(session, options));
  const given = shownOptions(loaded).filter(({ origin }) => origin !== "default");
  const sources = [...new Set(given.map(({ origin }) => origin.replace(/:\d+$/, "")))];
  const from = sources.length === 0 ? "" : ` from ${sources.join(", ")}`;
  printer.text(`the configuration for ${loaded.environment} is right: ${given.length} options${from}`);
  finish(EXIT.done);
}

async function explain(session: CommandSession, key: string, options: z.infer<typeof ExplainOptions>): Promise<void> {
  const { describeOption, shownOption } = await import("../../settings/describe-option.ts");
  const { io, printer } = session;
  const reading = { ...(await pluginsIn(session, options)), mayMissReferences: true };
  const loaded = await readWholeConfiguration(options, io, reading);
  const about = describeOption(key, loaded.plugins);
  const { value, origin } = shownOption(loaded, key);
  if (options.json) {
    printer.json({ ...about, value, origin });
    return;
  }
  printer.text(`${key}: ${about.says}`);
  const unit = about.unit === null ? "" : `, in ${about.unit}`;
  printer.text(`type: ${about.type}${unit}`);
  printer.text(`default: ${JSON.stringify(about.default)}`);
  printer.text(`now: ${JSON.stringify(value)}, from ${origin}`);
  if (about.variable !== null) printer.text(`variable: ${about.variable}`);
  printer.text(
    about.dynamic ? "a change takes effect in running processes" : "a change takes effect at the next start",
  );
  if (about.overridable) printer.text("it may differ for tasks of a namespace or a template");
  if (about.replacedBy !== null) printer.text(`nothing reads it here: ${about.replacedBy}`);
}
