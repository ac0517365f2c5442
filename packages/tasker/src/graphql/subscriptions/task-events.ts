import { intersectScopes, type NamespaceScope } from "../../auth/principal.ts";
import { TaskNotFoundError } from "../../errors/index.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { GraphqlContext } from "../context.ts";
import { parseId } from "../queries/parse-id.ts";
import { rootField } from "../schema/root-field.ts";
import { EventStream } from "./event-stream.ts";

interface Args {
  readonly taskId?: string | null;
  readonly namespace?: string | null;
  readonly names?: readonly string[] | null;
}

/** What happens, of which one may be told. */
export const taskEventsField = rootField<Args, TaskerEvent>({
  name: "taskEvents",
  permission: "tasker.event:index",
  sdl: `
    """
    What happens from now on: to all tasks, to those of a namespace, or to one. names are names of events and globs, such as step.*.
    Needs tasker.event:index.
    """
    taskEvents(taskId: ID, namespace: String, names: [String!]): TaskEvent!`,
  subscribe: async ({ taskId, namespace, names }, context) => {
    const id = taskId == null ? undefined : parseId("taskId", taskId);
    const scope = id === undefined ? await context.access.list("tasker.event:index") : await scopeOfTask(context, id);
    const { caller, parts } = context;
    const feed = await parts.live.open({
      filter: {
        namespaces: namespace == null ? scope : intersectScopes(scope, [namespace]),
        taskId: id,
        names: names ?? undefined,
      },
      signal: caller.signal,
    });
    return new EventStream(
      feed,
      (message) => (message.kind === "events" ? message.events.map(({ event }) => event) : []),
      caller.principal.expiresAt?.getTime(),
    );
  },
  resolve: (_args, _context, _info, event) => event,
});

async function scopeOfTask({ access, loaders }: GraphqlContext, taskId: number): Promise<NamespaceScope> {
  const subject = (await loaders.tasks.load(taskId))?.subject ?? null;
  if (subject !== null && (await access.finds("tasker.event:index", subject))) return [subject.namespace];
  await access.finds("tasker.event:index", null);
  throw new TaskNotFoundError(`task ${taskId} does not exist`, { context: { field: "taskId", value: taskId } });
}
