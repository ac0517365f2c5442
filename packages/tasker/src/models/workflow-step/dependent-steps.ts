import type { Connection } from "../../database/database.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { RecordNotFoundError, UnknownDependencyError } from "../../errors/index.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import { inTransaction } from "../in-transaction.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { lockEdges } from "../workflow-step-edge/cycle-check.ts";
import {
  createMany as createEdges,
  PROVIDES_EDGE_NAME,
  type WorkflowStepEdgeRow,
} from "../workflow-step-edge/record.ts";
import { loadStepsByName } from "./find-step-by-name.ts";
import type { WorkflowStepRow } from "./record.ts";

/** What is read of a template to wire its step. */
export type StepDependencies = Pick<StepDefinition, "name" | "dependsOn">;

/** Of pairs of steps, those that have no edge yet, each once and in their order. */
export const missingEdges = statement({
  name: "missing_edges",
  text: `
    select p.f as from_step_id, p.t as to_step_id
    from (select f, t, min(place) as place from unnest($1::int8[], $2::int8[]) with ordinality as u(f, t, place) group by f, t) p
    where not exists (
      select from tasker_workflow_step_edges e where e.from_step_id = p.f and e.to_step_id = p.t
    )
    order by p.place`,
  parameters: [array(int8), array(int8)],
  columns: { from_step_id: int8, to_step_id: int8 },
});

/**
 * Makes the `provides` edges that templates ask for and that are not there yet. Steps are found by their names, in
 * `steps` first and then in the rest of their tasks. The number of queries does not depend on the number of templates.
 * @returns the edges that were made
 * @throws UnknownDependencyError, CyclicGraphError; RecordNotFoundError for a template that none of the steps is of
 */
export function setUpDependentSteps(
  connection: Connection,
  steps: readonly WorkflowStepRow[],
  templates: readonly StepDependencies[],
  at?: Date,
): Promise<WorkflowStepEdgeRow[]> {
  return inTransaction(connection, async (transaction) => {
    await transaction.run(lockEdges, []);
    const byName = await loadStepsByName(transaction, steps);
    const wanted = templates.flatMap(({ name, dependsOn }) =>
      dependsOn.map((dependency) => ({
        from: resolve(byName, name, dependency),
        to: dependentOf(byName, name),
      })),
    );
    const missing = await runUnprepared(transaction, missingEdges, [
      wanted.map(({ from }) => from),
      wanted.map(({ to }) => to),
    ]);
    const edges = missing.map((edge) => ({ ...edge, name: PROVIDES_EDGE_NAME }));
    return edges.length === 0 ? [] : createEdges(transaction, edges, at);
  });
}

function resolve(byName: ReadonlyMap<string, WorkflowStepRow>, step: string, dependency: string): number {
  const provider = byName.get(dependency);
  if (provider !== undefined) return provider.workflow_step_id;
  throw unknownDependency(step, dependency);
}

/** The error for a template that depends on a step which neither its task nor the other templates have. */
export function unknownDependency(step: string, dependency: string): UnknownDependencyError {
  return new UnknownDependencyError(`step '${step}' depends on '${dependency}', which the task does not have`, {
    context: { step, dependency, field: "dependsOn", value: dependency, expected: "the name of a step of the task" },
  });
}

function dependentOf(byName: ReadonlyMap<string, WorkflowStepRow>, name: string): number {
  const dependent = byName.get(name);
  if (dependent !== undefined) return dependent.workflow_step_id;
  throw new RecordNotFoundError(`None of the steps is named '${name}'`, {
    context: { model: "WorkflowStep", field: "name", value: name, key: name },
  });
}
