import type { Command } from "commander";
import { z } from "zod";
import { CatalogueView, type EventDescription } from "../../events/catalogue/catalogue-view.ts";
import { EVENT_CATEGORIES } from "../../events/catalogue/event-definition.ts";
import { meaningOf, membersOf, typeOf } from "../../events/catalogue/json-schema.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { UsageError } from "../errors.ts";
import { loadEventDeclarations } from "../input/load-event-declarations.ts";
import { collect, filledText, oneOf } from "../input/parse-option.ts";
import { addTemplatesOptions, loadTemplates, TEMPLATES_CHOICE } from "../load-templates.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const CATEGORIES = [...EVENT_CATEGORIES, "custom"] as const;

const EventOptions = z.object({
  ...TEMPLATES_CHOICE,
  events: z.array(z.string()).optional(),
  json: z.boolean().default(false),
  category: z.enum(CATEGORIES).optional(),
  namespace: z.string().optional(),
});
type EventOptions = z.infer<typeof EventOptions>;

/** Adds the options that say which events the catalogue has besides the engine's. */
function addProjectOptions(command: Command): Command {
  return addTemplatesOptions(command)
    .option("--events <path>", "a file or directory in YAML that declares events; can be given several times", collect)
    .option("--json", "print JSON, one object a line");
}

/** The engine's events, and those of the templates and files that were named. */
async function openCatalogue({ io }: CommandSession, options: EventOptions): Promise<CatalogueView> {
  const registry = new HandlerRegistry();
  registry.registerMany(await loadTemplates(io, options));
  registry.eventDeclarations.register(await loadEventDeclarations(io.cwd, options.events ?? []));
  return new CatalogueView(registry.customEvents());
}

/** Adds `events list`, `events show` and `events search`: the catalogue of events. */
export function addEventCommands(events: Command, session: CommandSession): void {
  addProjectOptions(events.command("list"))
    .description("list the events that Tasker publishes, and those that templates and files declare")
    .option("--category <name>", `only these: ${CATEGORIES.join(", ")}`, oneOf("--category", CATEGORIES))
    .option("--namespace <name>", "only events whose names begin with it and a dot", filledText("--namespace"))
    .addHelpText("after", "\nExample:\n  $ tasker events list --category custom --template order.yaml")
    .action(async (_options: unknown, command: Command) => {
      const options = EventOptions.parse(command.opts());
      const { json, category, namespace } = options;
      const found = (await openCatalogue(session, options)).all().filter((event) => {
        const isOfNamespace = namespace === undefined || event.name.startsWith(`${namespace}.`);
        return isOfNamespace && (category === undefined || event.category === category);
      });
      listEvents(session, found, json);
    });
  addProjectOptions(events.command("show <name>"))
    .description("show what an event tells, and when")
    .addHelpText("after", "\nExample:\n  $ tasker events show step.failed")
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = EventOptions.parse(command.opts());
      showEvent(session, await openCatalogue(session, options), name, options.json);
    });
  addProjectOptions(events.command("search <text>"))
    .description("find events by their name or description")
    .addHelpText("after", "\nExample:\n  $ tasker events search retry")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = EventOptions.parse(command.opts());
      listEvents(session, (await openCatalogue(session, options)).search(text), options.json);
    });
}

function listEvents({ printer }: CommandSession, events: readonly EventDescription[], json: boolean): void {
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

function showEvent({ printer }: CommandSession, view: CatalogueView, name: string, json: boolean): void {
  const event = view.find(name);
  if (event === null) {
    const names = view.all().map((known) => known.name);
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
  const members = membersOf(event.payload_schema);
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
