import type { Clock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import { CircuitBoard } from "../../handlers/circuits/circuit-board.ts";
import type { CircuitKey } from "../../handlers/circuits/circuit-store.ts";
import type { Log } from "../options.ts";
import { DatabaseCircuits } from "./database-circuits.ts";

const CIRCUIT_EVENTS = {
  open: "tasker.circuit.opened",
  half_open: "tasker.circuit.half_opened",
  closed: "tasker.circuit.closed",
} as const;

/** What the circuits of an engine need of it. */
export interface CircuitsHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventBus;
  readonly pollIntervalMs: number;
}

/** The circuits that an engine shares with other processes through its database. @param onClosed told of each that has closed */
export function openCircuits(host: CircuitsHost, onClosed: (circuit: CircuitKey) => void): CircuitBoard {
  const { database, clock, log, events, pollIntervalMs } = host;
  return new CircuitBoard({
    store: new DatabaseCircuits(database, clock),
    clock,
    maxAgeMs: pollIntervalMs,
    onTrouble: (error) => log.warn({ err: error }, "a circuit breaker could not be read or written: passed over"),
    onClosed,
    onMoved: ({ namespace, name }, to) => events.tell(CIRCUIT_EVENTS[to], null, () => ({ namespace, circuit: name })),
  });
}
