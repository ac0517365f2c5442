import { z } from "zod";
import { getEventType, listEvents, listEventTypes } from "../../api/routes/events.ts";
import { intersectScopes } from "../../auth/principal.ts";
import { NotFoundError } from "../../errors/index.ts";
import type { PerSource } from "../../event-log/cursor/log-source.ts";
import { readEventPage } from "../../event-log/reading/event-page.ts";
import { selectEvents } from "../../event-log/reading/event-selection.ts";
import { lookAtLog } from "../../event-log/reading/read-rows.ts";
import { findStartingPosition } from "../../event-log/start/starting-position.ts";
import { CatalogueView } from "../../events/catalogue/catalogue-view.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { decodeCursor, encodeCursor } from "../../reading/paging/cursor.ts";
import { implement } from "../http/call.ts";
import type { ServerParts } from "../server-parts.ts";
import { shownEvent } from "./shown-event.ts";

const LIST = "events";
const at = z.int().nonnegative();
/** Ids up to which the tables were read, and after which nothing is read: four each. */
const Key = z.tuple([at, at, at, at, at, at, at, at]);

/** Lists events of the log. */
export const eventList = implement(listEvents, async ({ query, scope, parts: { database, eventMask } }) => {
  const { limit, cursor, name = ["*"], task_id: taskId = null, from, before } = query;
  const visible = intersectScopes(scope, query.namespace ?? "all");
  const isVisible = ({ namespace }: TaskerEvent) =>
    visible === "all" || (namespace !== null && visible.includes(namespace));
  const bounds = { since: dateOf(from), until: dateOf(before), after: null };
  const { takes, ...selection } = selectEvents({ events: name, taskId }, bounds);
  const stretch =
    cursor === undefined ? await beginning(database, bounds.since) : readKey(decodeCursor(LIST, Key, cursor));
  const page = await readEventPage(database, {
    ...{ limit, taskId, ...stretch },
    selection: { ...selection, takes: (event, writtenAt) => isVisible(event) && takes(event, writtenAt) },
  });
  const next = page.next === null ? null : encodeCursor(LIST, keyOf(page.next, stretch.end));
  return { answer: { events: page.events.map((event) => shownEvent(eventMask(event))), next_cursor: next } };
});

interface Stretch {
  readonly after: PerSource<number>;
  readonly end: PerSource<number>;
}

/** The log as it is now, from a moment on. */
async function beginning(database: ServerParts["database"], from: Date | null): Promise<Stretch> {
  const { upto } = await lookAtLog(database);
  const { positions } = await findStartingPosition(database, from ?? "beginning");
  return { after: positions, end: upto };
}

function keyOf(after: PerSource<number>, end: PerSource<number>): z.infer<typeof Key> {
  return [
    ...([after.tasks, after.taskRows, after.stepRows, after.events] as const),
    ...([end.tasks, end.taskRows, end.stepRows, end.events] as const),
  ];
}

function readKey([tasks, taskRows, stepRows, events, ...end]: z.infer<typeof Key>): Stretch {
  const [endTasks, endTaskRows, endStepRows, endEvents] = end;
  return {
    after: { tasks, taskRows, stepRows, events },
    end: { tasks: endTasks, taskRows: endTaskRows, stepRows: endStepRows, events: endEvents },
  };
}

function dateOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function catalogueOf({ registry }: ServerParts): CatalogueView {
  return new CatalogueView(registry.customEvents());
}

/** Lists the catalogue of events. */
export const eventTypeList = implement(listEventTypes, async ({ query: { category, search }, parts }) => {
  const catalogue = catalogueOf(parts);
  const found = search === undefined ? catalogue.all() : catalogue.search(search);
  return { answer: { event_types: found.filter((event) => category === undefined || event.category === category) } };
});

/** Shows an event of the catalogue. */
export const eventTypeDetails = implement(getEventType, async ({ params: { name }, parts }) => {
  const found = catalogueOf(parts).find(name);
  if (found === null) throw new NotFoundError(`there is no event ${name}`, { context: { name } });
  return { answer: found };
});
