import DataLoader from "dataloader";
import type { Connection } from "../../database/database.ts";
import type { GraphqlLimits } from "../limits/limits.ts";
import type { QueryBudget } from "../limits/query-budget.ts";
import { pageSize, type Connection as Relay, relayConnection } from "../relay/connection.ts";
import { decodeStepCursor, encodeStepCursor } from "../relay/step-cursor.ts";
import type { StepSource } from "../sources.ts";
import type { Loaders } from "./loaders.ts";
import { readStepPages, type StepPage } from "./read-step-pages.ts";

/** Lists of steps within one request. */
export class Pages {
  readonly #loaders: Loaders;
  readonly #limits: GraphqlLimits;
  readonly #budget: QueryBudget;
  readonly #stepPages: DataLoader<StepPage, StepSource[], string>;

  constructor(database: Connection, loaders: Loaders, limits: GraphqlLimits, budget: QueryBudget) {
    this.#loaders = loaders;
    this.#limits = limits;
    this.#budget = budget;
    this.#stepPages = new DataLoader(
      async (pages: readonly StepPage[]) => {
        const found = await readStepPages(database, pages, budget.left + 1);
        for (const steps of found) {
          budget.take(steps.length);
          for (const step of steps) loaders.steps.prime(step.row.workflow_step_id, step);
        }
        return found;
      },
      { cacheKeyFn: ({ taskId, after, limit }) => `${taskId} ${after} ${limit}` },
    );
  }

  /** The steps of a task, the first so many of them, or all; null: all. */
  async steps(taskId: number, limit: number | null): Promise<StepSource[]> {
    const most = limit === null ? this.#budget.left + 1 : pageSize("limit", limit, this.#limits.maxRows);
    return this.#stepPages.load({ taskId, after: 0, limit: most });
  }

  /** A page of the steps of a task. */
  async stepsConnection(
    taskId: number,
    { first, after }: { readonly first: number; readonly after?: string | null },
  ): Promise<Relay<StepSource>> {
    const size = pageSize("first", first, this.#limits.maxPageSize);
    const place = after == null ? 0 : decodeStepCursor(after);
    const found = await this.#stepPages.load({ taskId, after: place, limit: size + 1 });
    return relayConnection(found, {
      size,
      isAfter: after != null,
      cursorOf: ({ row }) => encodeStepCursor(row.workflow_step_id),
    });
  }

  /** Steps by their ids, in the order of these; those that exist. */
  async stepsOf(ids: readonly number[]): Promise<StepSource[]> {
    const steps = await Promise.all(ids.map((id) => this.#loaders.steps.load(id)));
    return steps.filter((step) => step !== null);
  }
}
