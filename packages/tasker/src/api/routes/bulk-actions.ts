import { route } from "../route.ts";
import { BulkActionBody, BulkOutcome } from "../shapes/bulk-action.ts";

/** Does something to all tasks that a filter fits. */
export const actOnTasks = route({
  id: "actOnTasks",
  method: "POST",
  path: "/v1/tasks/actions",
  tag: "Operator actions",
  summary: "Retry, cancel, pause, resume or resolve the tasks that a filter fits, the oldest first",
  description:
    "Each task by itself, as its own route does it: for those who may see it and may do this to it. " +
    "A request that is cut off has done some of them; send it again, what is done is answered with `already`.",
  permission: { resource: "tasker.task", action: "index", on: "body" },
  body: BulkActionBody,
  answer: BulkOutcome,
});
