import { queryBuilder } from "../../database/query/query-builder.ts";
import { LIST_COST } from "../limits/costs.ts";
import { rootField } from "../schema/root-field.ts";
import type { AnnotationTypeSource } from "../sources.ts";

/** Types of annotations: there are few. */
export const annotationTypesField = rootField<unknown>({
  name: "annotationTypes",
  permission: "tasker.annotation:index",
  cost: LIST_COST,
  sdl: `
    """The types of annotations by their names. Needs tasker.annotation:index."""
    annotationTypes: [Annotation!]`,
  resolve: async (_args, { access, database, limits }): Promise<AnnotationTypeSource[]> => {
    await access.list("tasker.annotation:index");
    const rows = await queryBuilder(database)
      .selectFrom("tasker_annotation_types")
      .selectAll()
      .orderBy("name")
      .limit(limits.maxRows)
      .execute();
    return rows.map((row) => ({ kind: "Annotation", row }));
  },
});
