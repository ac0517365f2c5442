import { int4, int8 } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** The levels of the steps of task `$1`, by level and step. */
export const selectDependencyLevels = statement({
  name: "select_dependency_levels",
  text: "select * from calculate_dependency_levels($1::int8)",
  parameters: [int8],
  columns: { workflow_step_id: int8, dependency_level: int4 },
});

/** The length of the longest path to a step from one without parents. */
export type DependencyLevelRow = RowOf<typeof selectDependencyLevels.columns>;
