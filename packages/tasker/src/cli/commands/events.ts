import type { Command } from "commander";
import { z } from "zod";
import { CatalogueView, type EventDescription } from "../../events/catalogue/catalogue-view.ts";
import { EVENT_CATEGORIES } from "../../events/catalogue/event-definition.ts";
import { meaningOf, typeOf } from "../../events/catalogue/json-schema.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { UsageError } from "../errors.ts";
import { filledText, oneOf } from "../input/parse-option.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const EventOptions = z.object({
  json: z.boolean().default(false),
  category: z.enum(EVENT_CATEGORIES).optional(),
  namespace: z.string().optional(),
});

/** Adds `events list`, `events show` and `events search`: the catalogue of events. */
export function addEventCommands(events: Command, session: CommandSession): void {
  events
    .command("list")
    .description("list the events that Tasker publishes")
    .option("--category <name>", `only these: ${EVENT_CATEGORIES.join(", ")}`, oneOf("--category", EVENT_CATEGORIES))
    .option("--namespace <name>", "only events whose names begin with it and a dot", filledText("--namespace"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events list --category step")
    .action((_options: unknown, command: Command) => {
      const { json, category, namespace } = EventOptions.parse(command.opts());
      const found = new CatalogueView().all().filter((event) => {
        const isOfNamespace = namespace === undefined || event.name.startsWith(`${namespace}.`);
        return isOfNamespace && (category === undefined || event.category === category);
      });
      listEvents(session, found, json);
    });
  events
    .command("show <name>")
    .description("show what an event tells, and when")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  $ tasker events show step.failed")
    .action((name: string, _options: unknown, command: Command) => {
      showEvent(session, name, EventOptions.parse(command.opts()).json);
    });
  events
    .command("search <text>")
    .description("find events by their name or description")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events search retry")
    .action((text: string, _options: unknown, command: Command) => {
      listEvents(session, new CatalogueView().search(text), EventOptions.parse(command.opts()).json);
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

function showEvent({ printer }: CommandSession, name: string, json: boolean): void {
  const view = new CatalogueView();
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
  const members = Object.entries(event.payload_schema.properties ?? {});
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
