import type { Connection } from "../../database/database.ts";
import { array, int8, nullable, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { CyclicGraphError } from "../../errors/index.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { type Edge, findClosedCycle } from "./closed-cycle.ts";

/** Key of the advisory lock that those who write edges hold: "edges" in ASCII, read as a number. */
const EDGES_LOCK = 0x6564676573;

/** Holds off everybody else who writes edges through the model, until the transaction ends. */
export const lockEdges = statement({
  name: "lock_edges",
  text: `select from pg_advisory_xact_lock(${EDGES_LOCK})`,
  parameters: [],
  columns: {},
});

/**
 * The new edges and every edge that can be reached from them, whatever task it belongs to, each once: `union` keeps the
 * walk from going any edge twice, so the cost grows with the number of edges and not with that of paths. `$3` is the edge
 * that is being replaced.
 */
export const walkFromEdges = statement({
  name: "walk_from_edges",
  text: `
    with recursive walked (from_step_id, to_step_id) as (
      select a.f, a.t from unnest($1::int8[], $2::int8[]) as a(f, t)
      union
      select e.from_step_id, e.to_step_id
      from walked w join tasker_workflow_step_edges e on e.from_step_id = w.to_step_id
      where e.id is distinct from $3
    )
    select from_step_id, to_step_id from walked`,
  parameters: [array(int8), array(int8), nullable(int8)],
  columns: { from_step_id: int8, to_step_id: int8 },
});

/** Reads the names of the steps of a cycle, in its order. */
export const namesOfMembers = statement({
  name: "names_of_members",
  text: `
    select n.name from unnest($1::int8[]) with ordinality as m(id, place)
    join tasker_workflow_steps w on w.workflow_step_id = m.id
    join tasker_named_steps n on n.named_step_id = w.named_step_id
    order by m.place`,
  parameters: [array(int8)],
  columns: { name: varchar },
});

/**
 * Checks that edges which are to be written close no cycle: one query for any number of them. Needs the lock on edges,
 * so that nobody adds the other half of a cycle at the same moment.
 * @param replacedId the edge that the new one takes the place of
 * @throws CyclicGraphError with the names of the steps as `members`, and their ids as `step_ids`
 */
export async function refuseCycle(
  transaction: Connection,
  added: readonly Edge[],
  replacedId: number | null = null,
): Promise<void> {
  if (added.length === 0) return;
  const ends = [added.map((edge) => edge.from_step_id), added.map((edge) => edge.to_step_id)] as const;
  const walked = await runUnprepared(transaction, walkFromEdges, [...ends, replacedId]);
  const cycle = findClosedCycle(added, walked);
  if (cycle === null) return;
  const members = (await runUnprepared(transaction, namesOfMembers, [cycle])).map(({ name }) => name);
  const [from, to = from] = members;
  throw new CyclicGraphError(`An edge from '${from}' to '${to}' closes a cycle: ${[...members, from].join(" -> ")}`, {
    context: { members, step_ids: cycle },
  });
}
