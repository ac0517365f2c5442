import { TaskNotFoundError } from "../../errors/index.ts";
import { parseId } from "../queries/parse-id.ts";
import { rootField } from "../schema/root-field.ts";
import { EventStream } from "./event-stream.ts";

const CHANGED = [{ told: true, position: null }] as const;

/** A task whenever something has happened to it. */
export const taskChangedField = rootField<{ readonly taskId: string }, true>({
  name: "taskChanged",
  permission: "tasker.task:show",
  sdl: `
    """A task as it is now, and again whenever something has happened to it or to its steps. Needs tasker.task:show."""
    taskChanged(taskId: ID!): Task`,
  subscribe: async ({ taskId }, { access, caller, loaders, parts }) => {
    const id = parseId("taskId", taskId);
    const subject = (await loaders.tasks.load(id))?.subject ?? null;
    if (!(await access.finds("tasker.task:show", subject)) || subject === null) {
      throw new TaskNotFoundError(`task ${id} does not exist`, { context: { field: "taskId", value: id } });
    }
    const filter = { namespaces: [subject.namespace], taskId: id };
    return new EventStream<true>({
      feed: await parts.live.open({ filter, signal: caller.signal, onEnd: caller.onStreamEnd }),
      tell: (message) => (message.kind === "beat" ? [] : CHANGED),
      stillMay: (now) => now.can("tasker.task", "show", subject),
    });
  },
  resolve: ({ taskId }, { loaders }) => loaders.tasks.load(parseId("taskId", taskId)),
});
