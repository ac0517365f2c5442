import type { Connection } from "../../database/database.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { loadProtections } from "../../reading/protection/load-protections.ts";
import { TaskProtection } from "../../reading/protection/task-protection.ts";
import type { QueryBudget } from "../limits/query-budget.ts";
import type { GraphqlParts } from "../parts.ts";
import type { StepSource, TaskSource } from "../sources.ts";
import { type BatchLoader, batchLoader } from "./batch-loader.ts";
import type { Loaders } from "./loaders.ts";

/** Contexts, inputs and results as they may be shown: decrypted, without what is to be hidden. */
export class ProtectedValues {
  readonly #loaders: Loaders;
  readonly #protections: BatchLoader<TaskProtection>;

  constructor(
    {
      database,
      redact = [],
      encryption = null,
    }: Pick<GraphqlParts, "redact" | "encryption"> & { readonly database: Connection },
    loaders: Loaders,
    budget: QueryBudget,
  ) {
    this.#loaders = loaders;
    this.#protections = batchLoader(
      budget,
      (ids) => loadProtections(database, ids, { redact, encryption }),
      new TaskProtection({ redact, encryption }, { seal: null, redact: null }),
    );
  }

  /** The context of a task. */
  async contextOf({ row }: TaskSource): Promise<JsonValue> {
    return (await this.#protections.load(row.task_id)).context(row.context);
  }

  /** The inputs of a step. */
  inputsOf(step: StepSource): Promise<JsonValue> {
    return this.#valueOf(step, "inputs");
  }

  /** The results of a step. */
  resultsOf(step: StepSource): Promise<JsonValue> {
    return this.#valueOf(step, "results");
  }

  async #valueOf({ row }: StepSource, column: "inputs" | "results"): Promise<JsonValue> {
    const [protection, named] = await Promise.all([
      this.#protections.load(row.task_id),
      this.#loaders.namedSteps.load(row.named_step_id),
    ]);
    return protection[column](named?.row.name ?? "", row[column]);
  }
}
