import type { Connection } from "../../database/database.ts";
import { array, int4, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** Circuits of some namespaces (null: all), after one by namespace and name. */
export const listCircuitsStatement = statement({
  name: "list_circuits",
  text: `
    select c.namespace, c.name, c.state, c.since, c.next_probe_at, c.updated_at,
      jsonb_array_length(coalesce(c.detail -> 'failure_times', '[]')) as failures,
      jsonb_array_length(coalesce(c.detail -> 'probes', '[]')) as probes
    from tasker_circuits c
    where ($1::text[] is null or c.namespace = any($1)) and ($2::text is null or (c.namespace, c.name) > ($2::text, $3::text))
    order by c.namespace, c.name limit $4`,
  parameters: [nullable(array(text)), nullable(text), nullable(text), nullable(int8)],
  columns: {
    namespace: varchar,
    name: varchar,
    state: varchar,
    since: timestamp,
    next_probe_at: nullable(timestamp),
    updated_at: timestamp,
    failures: nullable(int4),
    probes: nullable(int4),
  },
});

/** Forgets a circuit. */
export const deleteCircuit = statement({
  name: "delete_circuit",
  text: "delete from tasker_circuits where namespace = $1 and name = $2 returning name",
  parameters: [text, text],
  columns: { name: varchar },
});

/** How a circuit stands. */
export interface CircuitStatus {
  readonly namespace: string;
  readonly name: string;
  readonly state: "closed" | "open" | "half_open";
  /** Since when it is in this state. */
  readonly since: Date;
  /** When an open circuit lets a probe through; null otherwise. */
  readonly nextProbeAt: Date | null;
  /** Failures of a closed circuit that were counted together with its last one. */
  readonly failures: number;
  /** Probes of a half-open circuit that are under way, lost ones included. */
  readonly probes: number;
  /** When it last changed. */
  readonly updatedAt: Date;
}

/** Which circuits are asked for. */
interface CircuitSelection {
  /** Only those of this namespace. Default: all. */
  readonly namespace?: string;
  /** Only those of these namespaces. Default: all. */
  readonly namespaces?: readonly string[] | undefined;
  /** Only those that come after this one. Default: from the first one on. */
  readonly after?: { readonly namespace: string; readonly name: string } | undefined;
  /** Default: all. */
  readonly limit?: number;
}

/** The circuits that have ever failed, by namespace and name. Those that never have are not listed: they are closed. */
export async function listCircuits(
  connection: Connection,
  { namespace, namespaces, after, limit }: CircuitSelection = {},
): Promise<CircuitStatus[]> {
  const wanted = namespace === undefined ? (namespaces ?? null) : [namespace];
  const parameters = [wanted, after?.namespace ?? null, after?.name ?? null, limit ?? null] as const;
  const rows = await connection.run(listCircuitsStatement, parameters);
  return rows.map((row) => ({
    namespace: row.namespace,
    name: row.name,
    state: row.state === "open" || row.state === "half_open" ? row.state : "closed",
    since: row.since,
    nextProbeAt: row.next_probe_at,
    failures: row.failures ?? 0,
    probes: row.probes ?? 0,
    updatedAt: row.updated_at,
  }));
}

/**
 * Closes a circuit at once: what made it open is forgotten. Engines notice it when they next look, within their poll interval.
 * @returns whether there was anything to forget
 */
export async function closeCircuit(
  connection: Connection,
  circuit: { readonly namespace?: string; readonly name: string },
): Promise<boolean> {
  const rows = await connection.run(deleteCircuit, [circuit.namespace ?? "default", circuit.name]);
  return rows.length > 0;
}
