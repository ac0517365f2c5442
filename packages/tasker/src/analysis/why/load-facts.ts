import type { Connection } from "../../database/database.ts";
import { InvalidTemplateError, TaskNotFoundError } from "../../errors/index.ts";
import { definitionFromDocument } from "../../templates/definition-document.ts";
import { type StepDeclaration, WhyDetails, type WhyFacts } from "./why-facts.ts";
import { selectWhyFacts } from "./why-statement.ts";

/**
 * Reads what says why a task does not go on, in one statement.
 * @throws TaskNotFoundError
 */
export async function loadWhyFacts(connection: Connection, taskId: number, now: Date): Promise<WhyFacts> {
  const [row] = await connection.run(selectWhyFacts, [taskId, now]);
  if (row === undefined) throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
  return {
    ...WhyDetails.parse(row),
    taskId,
    now: now.getTime(),
    namespace: row.namespace,
    name: row.name,
    version: row.version,
    state: row.state,
    stateActor: textIn(row.state_metadata, "actor"),
    stateReason: textIn(row.state_metadata, "reason"),
    stateSince: row.state_since?.getTime() ?? null,
    hasRun: row.has_run,
    ownerId: row.owner_id,
    paused: row.paused,
    wakeAt: row.wake_at?.getTime() ?? null,
    living: row.living,
    capable: row.capable,
    ahead: row.ahead,
    ownerRunning: row.owner_running,
    declarations: declarationsOf(row.definition),
  };
}

function textIn(metadata: unknown, key: string): string | null {
  const value = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, key) : undefined;
  return typeof value === "string" ? value : null;
}

/** None for a definition that this release cannot read, as one that a later one has written. */
function declarationsOf(document: unknown): ReadonlyMap<string, StepDeclaration> {
  try {
    const steps = document === null ? [] : definitionFromDocument(document).steps;
    return new Map(
      steps.map(({ name, handlerClass, dependentSystem, timeoutSeconds, limits }) => [
        name,
        { handlerClass, dependentSystem, timeoutSeconds, limitNames: limits.flatMap((limit) => limit.name ?? []) },
      ]),
    );
  } catch (error) {
    if (error instanceof InvalidTemplateError) return new Map();
    throw error;
  }
}
