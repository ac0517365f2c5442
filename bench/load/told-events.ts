import { EventReader, EventSequences, idOf } from "./event-sequence.ts";

const STREAM = "/v1/events/stream";

/** Where the log of a server is now. */
export async function positionOf(url: string): Promise<string> {
  for await (const message of messagesOf(`${url}${STREAM}`)) {
    const [, position] = /^event: ready\nid: (.+)$/m.exec(message) ?? [];
    if (position !== undefined) return position;
  }
  throw new Error("a stream of events ended before it began");
}

/**
 * What a client is told that comes afterwards, by which those are checked that were there.
 * @param tasks that have been completed since a position
 * @returns what clients of a path should have been told
 */
export async function readTold(url: string, after: string, tasks: number): Promise<(path: string) => EventSequences> {
  const all = new EventSequences(true);
  const ends = new EventSequences(false);
  const ofTasks = new Map<string, EventSequences>();
  const nothing = new EventSequences(true);
  for await (const message of messagesOf(`${url}${STREAM}?after=${after}`)) {
    const id = idOf(message);
    if (id === null) continue;
    all.add(message, id);
    const [, task = ""] = /"task_id":(\d+)/.exec(message) ?? [];
    const ofTask = ofTasks.get(task) ?? new EventSequences(true);
    ofTasks.set(task, ofTask);
    ofTask.add(message, id);
    if (message.includes('"name":"task.completed"')) ends.add(message, id);
    if (ends.count === tasks) break;
  }
  return (path) => {
    const { searchParams: asked } = new URL(path, url);
    const task = asked.get("task_id");
    if (task !== null) return ofTasks.get(task) ?? nothing;
    if (asked.has("namespace")) return nothing;
    return asked.has("name") ? ends : all;
  };
}

async function* messagesOf(url: string): AsyncGenerator<string> {
  const abort = new AbortController();
  const messages: string[] = [];
  const reader = new EventReader((message) => messages.push(message));
  const decoder = new TextDecoder();
  try {
    const { body } = await fetch(url, { signal: abort.signal });
    for await (const part of body ?? []) {
      reader.read(decoder.decode(part, { stream: true }));
      yield* messages.splice(0);
    }
  } finally {
    abort.abort();
  }
}
