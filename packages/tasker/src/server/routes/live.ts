import type { Route } from "../../api/route.ts";
import { streamEvents, streamQueues, streamTaskEvents } from "../../api/routes/live.ts";
import { intersectScopes } from "../../auth/principal.ts";
import type { LiveFeed } from "../../live/live-feed.ts";
import type { LiveFilter } from "../../live/live-filter.ts";
import { type Call, implement } from "../http/call.ts";
import { eventStream, LAST_EVENT_ID, streamHead } from "../live/event-stream.ts";
import { encodeLive, encodeQueues, retryHint } from "../live/sse.ts";
import { beginStay } from "../live/stay.ts";
import { watcherOf } from "../live/watcher-of.ts";

/** Streams what happens in the namespaces that the caller may see. */
export const eventStreaming = implement(streamEvents, (call) => {
  const { name, namespace, template, task_id: taskId, after } = call.query;
  const namespaces = intersectScopes(call.scope, namespace ?? "all");
  return streamOf(call, { namespaces, names: name, templates: template, taskId }, after);
});

/** Streams what happens to one task. */
export const taskEventStreaming = implement(streamTaskEvents, (call) => {
  const { name, after } = call.query;
  return streamOf(call, { namespaces: call.scope, names: name, taskId: call.params.task_id }, after);
});

/** Streams the figures of queues. */
export const queueStreaming = implement(streamQueues, (call) => {
  if (call.request.method === "HEAD") return Promise.resolve(streamHead());
  const namespaces = intersectScopes(call.scope, call.query.namespace ?? "all");
  const stay = beginStay(watcherOf(call), () => {
    feed.end({ kind: "end", reason: "unauthorized" });
    stay.farewell();
  });
  const feed = call.parts.live.queues.open(namespaces);
  return Promise.resolve(
    eventStream({ feed, encode: encodeQueues, first: retryHint(Math.random()), onClose: stay.leave }),
  );
});

async function streamOf(call: Call<Route>, filter: LiveFilter, after: string | undefined): Promise<Response> {
  if (call.request.method === "HEAD") return streamHead();
  let feed: LiveFeed | null = null;
  let isOver = false;
  const stay = beginStay(watcherOf(call), () => {
    isOver = true;
    feed?.end("unauthorized");
  });
  try {
    const position = call.request.headers.get(LAST_EVENT_ID) ?? after;
    feed = await call.parts.live.events.open({ filter, after: position, onEnd: stay.farewell });
    if (isOver) feed.end("unauthorized");
    return eventStream({ feed, encode: encodeLive, first: retryHint(Math.random()), onClose: stay.leave });
  } catch (error) {
    stay.leave();
    throw error;
  }
}
