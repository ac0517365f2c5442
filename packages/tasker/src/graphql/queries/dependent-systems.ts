import { queryBuilder } from "../../database/query/query-builder.ts";
import { LIST_COST } from "../limits/costs.ts";
import { pageSize } from "../relay/connection.ts";
import { rootField } from "../schema/root-field.ts";
import type { DependentSystemSource } from "../sources.ts";
import { checkOffset } from "./task-list.ts";

/** External systems. */
export const dependentSystemsField = rootField<{ readonly limit: number; readonly offset: number }>({
  name: "dependentSystems",
  permission: "tasker.dependent_system:index",
  cost: LIST_COST,
  sdl: `
    """External systems, in the order of their ids. Needs tasker.dependent_system:index."""
    dependentSystems(limit: Int! = 20, offset: Int! = 0): [DependentSystem!]`,
  resolve: async ({ limit, offset }, { access, database, limits }): Promise<DependentSystemSource[]> => {
    await access.list("tasker.dependent_system:index");
    const rows = await queryBuilder(database)
      .selectFrom("tasker_dependent_systems")
      .selectAll()
      .orderBy("dependent_system_id")
      .limit(pageSize("limit", limit, limits.maxPageSize))
      .offset(checkOffset(offset, limits.maxOffset))
      .execute();
    return rows.map((row) => ({ kind: "DependentSystem", row }));
  },
});
