import { z } from "zod";
import { PermanentError } from "../../errors/index.ts";
import { defineTask } from "../../handlers/define-task/define-task.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";

const Row = z.object({ id: z.int(), amount: z.number() });

/** Options of {@link etlWithValidation}. */
export interface EtlOptions {
  /** Share of invalid rows, 0 to 1, above which the task fails for good. Default: 0.5. */
  readonly mostRejected?: number;
}

/** The workflow and where it loads to. */
export interface Etl {
  readonly template: TaskTemplate;
  /** Loaded rows by their ids: loading the same row twice leaves one. */
  readonly warehouse: ReadonlyMap<number, { readonly id: number; readonly cents: number }>;
}

/**
 * Extract, validate, transform, load, reconcile. The context is `{ rows: [{ id, amount }] }`; rows with a negative amount
 * are rejected, amounts become whole cents.
 */
export function etlWithValidation(options: EtlOptions = {}): Etl {
  const { mostRejected = 0.5 } = options;
  const warehouse = new Map<number, { readonly id: number; readonly cents: number }>();
  const template = defineTask({
    name: "etl_with_validation",
    namespace: "data",
    version: "1.0.0",
    context: z.object({ rows: z.array(Row) }),
  })
    .step("extract", { process: (task) => ({ rows: [...task.context.rows] }) })
    .step("validate", {
      dependsOn: ["extract"],
      process: (_task, sequence) => {
        const { rows } = sequence.resultsOf("extract");
        const valid = rows.filter(({ amount }) => amount >= 0);
        const rejected = rows.filter(({ amount }) => amount < 0).map(({ id }) => id);
        if (rejected.length > mostRejected * rows.length) {
          throw new PermanentError(`${rejected.length} of ${rows.length} rows are invalid`, {
            errorCode: "TOO_MANY_INVALID_ROWS",
          });
        }
        return { valid, rejected };
      },
    })
    .step("transform", {
      dependsOn: ["validate"],
      process: (_task, sequence) => ({
        rows: sequence.resultsOf("validate").valid.map(({ id, amount }) => ({ id, cents: Math.round(amount * 100) })),
      }),
    })
    .step("load", {
      dependsOn: ["transform"],
      process: (_task, sequence) => {
        const { rows } = sequence.resultsOf("transform");
        for (const row of rows) warehouse.set(row.id, row);
        return { loaded: rows.length };
      },
    })
    .step("reconcile", {
      dependsOn: ["load"],
      process: (_task, sequence) => ({
        extracted: sequence.resultsOf("extract").rows.length,
        loaded: sequence.resultsOf("load").loaded,
        rejected: sequence.resultsOf("validate").rejected.length,
      }),
    })
    .build();
  return { template, warehouse };
}
