import { intersectScopes, isWithin } from "../../auth/principal.ts";
import { TaskNotFoundError } from "../../errors/index.ts";
import type { LiveEvent } from "../../live/live-message.ts";
import type { GraphqlContext } from "../context.ts";
import { parseId } from "../queries/parse-id.ts";
import { rootField } from "../schema/root-field.ts";
import type { TaskSource } from "../sources.ts";
import { EventStream } from "./event-stream.ts";

interface Args {
  readonly taskId?: string | null;
  readonly namespace?: string | null;
  readonly names?: readonly string[] | null;
  readonly after?: string | null;
}

/** What happens, of which one may be told. */
export const taskEventsField = rootField<Args, LiveEvent>({
  name: "taskEvents",
  permission: "tasker.event:index",
  sdl: `
    """
    What happens from now on: to all tasks, to those of a namespace, or to one. names are names of events and globs, such as step.*.
    after is the position of the last event that a client was told, of the last hour: what happened since is told first.
    Needs tasker.event:index.
    """
    taskEvents(taskId: ID, namespace: String, names: [String!], after: String): TaskEvent!`,
  subscribe: async ({ taskId, namespace, names, after }, context) => {
    const { access, caller, parts } = context;
    const subject = taskId == null ? null : await subjectOf(context, parseId("taskId", taskId));
    const scope = subject === null ? await access.list("tasker.event:index") : [subject.namespace];
    const namespaces = namespace == null ? scope : intersectScopes(scope, [namespace]);
    const feed = await parts.live.open({
      filter: { namespaces, taskId: subject?.taskId, names: names ?? undefined },
      after: after ?? caller.lastEventId,
      signal: caller.signal,
      onEnd: caller.onStreamEnd,
    });
    return new EventStream<LiveEvent>({
      feed,
      tell: (message) =>
        message.kind === "events" ? message.events.map((told) => ({ told, position: told.position })) : [],
      stillMay: async (now) =>
        subject === null
          ? isWithin(namespaces, await now.scopeOf("tasker.event", "index"))
          : now.can("tasker.event", "index", subject),
    });
  },
  resolve: (_args, _context, _info, live) => live,
});

async function subjectOf({ access, loaders }: GraphqlContext, taskId: number): Promise<TaskSource["subject"]> {
  const subject = (await loaders.tasks.load(taskId))?.subject ?? null;
  if (subject !== null && (await access.finds("tasker.event:index", subject))) return subject;
  await access.finds("tasker.event:index", null);
  throw new TaskNotFoundError(`task ${taskId} does not exist`, { context: { field: "taskId", value: taskId } });
}
