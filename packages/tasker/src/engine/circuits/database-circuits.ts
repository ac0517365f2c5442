import { z } from "zod";
import type { Clock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { array, int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import {
  type CircuitKey,
  type CircuitStore,
  NOT_STORED,
  type StoredCircuit,
} from "../../handlers/circuits/circuit-store.ts";
import type { Circuit } from "../../retry/circuit-breaker.ts";

/** Reads circuits by their keys, given as two lists of the same length. */
export const readCircuits = statement({
  name: "read_circuits",
  text: `
    select c.namespace, c.name, c.state, c.since, c.next_probe_at, c.detail, c.version
    from tasker_circuits c
    where (c.namespace, c.name) in (select * from unnest($1::varchar[], $2::varchar[]))`,
  parameters: [array(varchar), array(varchar)],
  columns: {
    namespace: varchar,
    name: varchar,
    state: varchar,
    since: timestamp,
    next_probe_at: nullable(timestamp),
    detail: jsonb,
    version: int8,
  },
});

/** Stores a circuit if its version is still `$7`; gives no row if it is not. */
export const writeCircuit = statement({
  name: "write_circuit",
  text: `
    insert into tasker_circuits as c (namespace, name, state, since, next_probe_at, detail, version, updated_at)
    select $1::varchar, $2::varchar, $3::varchar, $4::timestamp, $5::timestamp, $6::jsonb,
      nextval('tasker_circuit_versions'), $8::timestamp
    where $7::bigint = 0 or exists (select from tasker_circuits o where o.namespace = $1::varchar and o.name = $2::varchar)
    on conflict (namespace, name) do update set
      state = excluded.state, since = excluded.since, next_probe_at = excluded.next_probe_at, detail = excluded.detail,
      version = excluded.version, updated_at = excluded.updated_at
    where c.version = $7
    returning version`,
  parameters: [varchar, varchar, varchar, timestamp, nullable(timestamp), jsonb, int8, timestamp],
  columns: { version: int8 },
});

const Detail = z.object({
  failure_times: z.array(z.number()).optional(),
  probes: z.array(z.object({ id: z.string(), expires_at: z.number() })).optional(),
  successes: z.number().optional(),
});

/** Circuits in the database, shared by all processes. */
export class DatabaseCircuits implements CircuitStore {
  readonly #connection: Connection;
  readonly #clock: Clock;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  async read(keys: readonly CircuitKey[]): Promise<readonly StoredCircuit[]> {
    const rows = await this.#connection.run(readCircuits, [
      keys.map((key) => key.namespace),
      keys.map((key) => key.name),
    ]);
    return keys.map((key) => {
      const row = rows.find(({ namespace, name }) => namespace === key.namespace && name === key.name);
      return row === undefined ? NOT_STORED : { circuit: toCircuit(row), version: row.version };
    });
  }

  async write({ namespace, name }: CircuitKey, circuit: Circuit, version: number): Promise<number | null> {
    const [row] = await this.#connection.run(writeCircuit, [
      namespace,
      name,
      circuit.state,
      new Date(circuit.since),
      circuit.state === "open" ? new Date(circuit.until) : null,
      JSON.stringify(toDetail(circuit)),
      version,
      new Date(this.#clock.now()),
    ]);
    return row?.version ?? null;
  }
}

/** A circuit as {@link readCircuits} gives it. */
interface CircuitRow {
  readonly state: string;
  readonly since: Date;
  readonly next_probe_at: Date | null;
  readonly detail: unknown;
}

function toCircuit({ state, since, next_probe_at, detail }: CircuitRow): Circuit {
  const { failure_times: failureTimes = [], probes = [], successes = 0 } = Detail.catch({}).parse(detail);
  if (state === "open") return { state, since: since.getTime(), until: (next_probe_at ?? since).getTime() };
  if (state === "closed") return { state, since: since.getTime(), failureTimes };
  return {
    state: "half_open",
    since: since.getTime(),
    probes: probes.map((probe) => ({ id: probe.id, expiresAt: probe.expires_at })),
    successes,
  };
}

function toDetail(circuit: Circuit) {
  if (circuit.state === "open") return {};
  if (circuit.state === "closed") return { failure_times: circuit.failureTimes };
  const probes = circuit.probes.map(({ id, expiresAt }) => ({ id, expires_at: expiresAt }));
  return { probes, successes: circuit.successes };
}
