import type { Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import { CatalogueView, type EventDescription } from "../../events/catalogue/catalogue-view.ts";
import { EVENT_CATEGORIES } from "../../events/catalogue/event-definition.ts";
import { meaningOf, membersOf, typeOf } from "../../events/catalogue/json-schema.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { namesServer, withClient } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadEventDeclarations } from "../input/load-event-declarations.ts";
import { collect, filledText, oneOf } from "../input/parse-option.ts";
import { addTemplatesOptions, loadTemplates, TEMPLATES_CHOICE } from "../load-templates.ts";
import { refuseServer } from "../open-command-database.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const CATEGORIES = [...EVENT_CATEGORIES, "custom"] as const;

const EventOptions = GlobalOptions.extend({
  ...TEMPLATES_CHOICE,
  events: z.array(z.string()).optional(),
  json: z.boolean().default(false),
  category: z.enum(CATEGORIES).optional(),
  namespace: z.string().optional(),
});
const PayloadSchema = z.record(z.string(), z.unknown());
type EventOptions = z.infer<typeof EventOptions>;

/** Adds the options that say which events the catalogue has besides the engine's. */
function addProjectOptions(command: Command): Command {
  return addTemplatesOptions(command)
    .option("--events <path>", "a file or directory in YAML that declares events; can be given several times", collect)
    .option("--json", "print JSON, one object a line");
}

/**
 * The engine's events, and those of the templates and files that are named; of a server, those that its process knows, unless files
 * are named.
 */
async function readCatalogue(session: CommandSession, options: EventOptions): Promise<Catalogue> {
  const { io } = session;
  const names = [options.template, options.templates, options.events].some((files) => (files ?? []).length > 0);
  if (!names && namesServer(options, io)) {
    const { event_types: types } = await withClient(session, options, (client) => client.call(ROUTES.listEventTypes));
    return { all: types, search: (text) => withClient(session, options, (client) => searchServer(client, text)) };
  }
  if (names) refuseServer(options, "was given files to read");
  const registry = new HandlerRegistry();
  registry.registerMany(await loadTemplates(io, options));
  registry.eventDeclarations.register(await loadEventDeclarations(io.cwd, options.events ?? []));
  const view = new CatalogueView(registry.customEvents());
  return { all: view.all(), search: async (text) => view.search(text) };
}

/** An event as it is described here, or by a server. */
type Described = Omit<EventDescription, "category" | "durability" | "payload_schema"> & {
  readonly category: string;
  readonly durability: string;
  readonly payload_schema?: unknown;
};

/** The events that there are. */
interface Catalogue {
  readonly all: readonly Described[];
  search(text: string): Promise<readonly Described[]>;
}

async function searchServer(client: Client, search: string): Promise<readonly Described[]> {
  return (await client.call(ROUTES.listEventTypes, { query: { search } })).event_types;
}

/** Adds `events list`, `events show` and `events search`: the catalogue of events. */
export function addEventCommands(events: Command, session: CommandSession): void {
  addProjectOptions(events.command("list"))
    .description("list the events that Tasker publishes, and those that templates and files declare")
    .option("--category <name>", `only these: ${CATEGORIES.join(", ")}`, oneOf("--category", CATEGORIES))
    .option("--namespace <name>", "only events whose names begin with it and a dot", filledText("--namespace"))
    .addHelpText("after", "\nExample:\n  $ tasker events list --category custom --template order.yaml")
    .action(async (_options: unknown, command: Command) => {
      const options = EventOptions.parse(command.optsWithGlobals());
      const { json, category, namespace } = options;
      const found = (await readCatalogue(session, options)).all.filter((event) => {
        const isOfNamespace = namespace === undefined || event.name.startsWith(`${namespace}.`);
        return isOfNamespace && (category === undefined || event.category === category);
      });
      listEvents(session, found, json);
    });
  addProjectOptions(events.command("show <name>"))
    .description("show what an event tells, and when")
    .addHelpText("after", "\nExample:\n  $ tasker events show step.failed")
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = EventOptions.parse(command.optsWithGlobals());
      showEvent(session, (await readCatalogue(session, options)).all, name, options.json);
    });
  addProjectOptions(events.command("search <text>"))
    .description("find events by their name or description")
    .addHelpText("after", "\nExample:\n  $ tasker events search retry")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = EventOptions.parse(command.optsWithGlobals());
      listEvents(session, await (await readCatalogue(session, options)).search(text), options.json);
    });
}

function listEvents({ printer }: CommandSession, events: readonly Described[], json: boolean): void {
  if (json) {
    for (const event of events) printer.json(event);
    return;
  }
  if (events.length === 0) printer.note("no events");
  const columns = events.reduce((width, { name }) => Math.max(width, name.length), 0);
  printer.lines(
    events.map(({ name, description }) => [span(name.padEnd(columns), "strong"), span(`  ${description}`)]),
  );
}

function showEvent({ printer }: CommandSession, known: readonly Described[], name: string, json: boolean): void {
  const event = known.find((one) => one.name === name);
  if (event === undefined) {
    const names = known.map((one) => one.name);
    throw new UsageError(`there is no event '${name}' (${hintAt(name, names, "events")})`, {
      context: { field: "name", value: name, expected: "the name of an event" },
    });
  }
  if (json) {
    printer.json(event);
    return;
  }
  printer.line([span(event.name, "strong"), span(`  ${event.category}, ${event.durability.replace("_", " ")}`)]);
  printer.text(event.description);
  printer.text(`Published ${event.fired_when}.`);
  if (event.fired_by.length > 0) printer.text(`By: ${event.fired_by.join(", ")}.`);
  if (event.declared_in.length > 0) printer.text(`Declared in: ${event.declared_in.join(", ")}.`);
  const members = membersOf(PayloadSchema.parse(event.payload_schema));
  const columns = members.reduce((width, [key]) => Math.max(width, key.length), 0);
  const types = members.reduce((width, [, member]) => Math.max(width, typeOf(member).length), 0);
  printer.lines(
    members.map(
      ([key, member]): Line => [
        span(`  ${key.padEnd(columns)}  ${typeOf(member).padEnd(types)}  `),
        span(meaningOf(member), "faint"),
      ],
    ),
  );
  printer.text(`Example: ${JSON.stringify(event.example_payload)}`);
}
