import { queryBuilder } from "../../database/query/query-builder.ts";
import * as NamedTask from "../../models/named-task/named-task.ts";
import { LIST_COST } from "../limits/costs.ts";
import { pageSize } from "../relay/connection.ts";
import { rootField } from "../schema/root-field.ts";
import type { NamedTaskSource } from "../sources.ts";
import { checkOffset } from "./task-list.ts";

interface Args {
  readonly namespace?: string | null;
  readonly limit: number;
  readonly offset: number;
}

/** Versions of templates. */
export const namedTasksField = rootField<Args>({
  name: "namedTasks",
  permission: "tasker.template:index",
  cost: LIST_COST,
  sdl: `
    """Versions of templates that the database knows, in the order of their ids. Needs tasker.template:index."""
    namedTasks(namespace: String, limit: Int! = 20, offset: Int! = 0): [NamedTask!]`,
  resolve: async (args, { access, database, limits, loaders }): Promise<NamedTaskSource[]> => {
    const scope = await access.list("tasker.template:index");
    const { namespace = null } = args;
    const rows = await queryBuilder(database)
      .selectFrom("tasker_named_tasks")
      .selectAll()
      .where(NamedTask.visibleTo(scope))
      .$if(namespace !== null, (query) => query.where(NamedTask.inNamespace(namespace ?? "")))
      .orderBy("named_task_id")
      .limit(pageSize("limit", args.limit, limits.maxPageSize))
      .offset(checkOffset(args.offset, limits.maxOffset))
      .execute();
    const found = rows.map((row): NamedTaskSource => ({ kind: "NamedTask", row }));
    for (const source of found) loaders.namedTasks.prime(source.row.named_task_id, source);
    return found;
  },
});
