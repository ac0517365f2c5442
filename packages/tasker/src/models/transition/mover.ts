import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { InvalidTransitionError, RecordConflictError, RecordNotFoundError } from "../../errors/index.ts";
import { isState, type State } from "../../states/state.ts";
import { checkAt } from "../check-at.ts";
import { inTransaction } from "../in-transaction.ts";
import { isKey } from "../is-key.ts";
import { validate } from "../validate.ts";
import { metadata, state } from "./attributes.ts";
import type { TransitionRow } from "./transition-table.ts";

/** Where a task or step stands when it is asked to move. */
export interface Standing {
  /** Its current transition; null if it has none yet. */
  readonly current_id: number | null;
  readonly current_state: string | null;
  /** When its current transition was last changed, as PostgreSQL writes it; null if it has none. */
  readonly current_updated_at: string | null;
  /** Greatest sort key of its transitions; null if it has none. */
  readonly last_key: number | null;
  /** Names of the steps that the guard of the move waits for; null or empty if it lets the move pass. */
  readonly unmet: readonly string[] | null;
}

/** A transition that is to be written, once everything about it has been checked. */
export interface CheckedMove {
  readonly id: number;
  readonly currentId: number | null;
  readonly from: string;
  readonly to: State;
  /** JSON text of an object. */
  readonly metadata: string;
  readonly sortKey: number;
  readonly at: Date;
}

/** What differs between the moves of tasks and those of steps. */
export interface MoverDefinition<R extends TransitionRow> {
  readonly entity: "task" | "step";
  /** Name of the model of the transitions, as errors tell it. */
  readonly model: string;
  readonly key: "task_id" | "workflow_step_id";
  /** The machine: the states that may follow each state. */
  readonly moves: Readonly<Record<State, readonly State[]>>;
  /** Locks the run row of the task, if it has one. */
  lock(transaction: Connection, id: number): Promise<unknown>;
  /** Reads where it stands, and whom the guard of the move to `to` waits for. Undefined if there is no such task or step. */
  look(connection: Connection, id: number, to: State): Promise<Standing | undefined>;
  /** Writes the move if the current transition is still the one that was read; undefined otherwise. */
  write(transaction: Connection, move: CheckedMove): Promise<R | undefined>;
  /**
   * Gives the flag back to the transition that was current, where `write` has taken it away and written nothing. Nothing
   * where somebody else's transition is the current one.
   */
  restore(transaction: Connection, id: number, currentId: number, updatedAt: string): Promise<unknown>;
  /** Writes the first `pending`, unless there is a transition already. */
  writeFirst(transaction: Connection, id: number, at: Date): Promise<R | undefined>;
}

/** Moving tasks, or steps, through their states. */
export interface Mover<R extends TransitionRow> {
  /**
   * Moves it: checks the state machine and its guard, and writes one transition, the columns that follow from the state
   * and the new revision of the task's run, all or nothing. Safe against others who move it at the same moment.
   * @param id of the task or step
   * @param notes stored as `metadata`, an object. Default: empty
   * @param at time of the transition. Default: now
   * @returns the transition
   * @throws InvalidTransitionError if the machine or the guard refuses the move
   * @throws RecordConflictError if somebody else moved it at the same moment; look again, then decide
   * @throws InvalidRecordError, RecordNotFoundError
   */
  append(connection: Connection, id: number, to: State, notes?: unknown, at?: Date): Promise<R>;
  /** Whether `append` would accept the move as things stand now. @throws RecordNotFoundError */
  canTransitionTo(connection: Connection, id: number, to: State): Promise<boolean>;
  /**
   * As `append`, but a refusal is an answer: true if it was moved, false if the machine or the guard refuses, which
   * includes a move to the state it is in. Everything else is thrown, that somebody else moved it first as well.
   */
  safeTransitionTo(connection: Connection, id: number, to: State, notes?: unknown, at?: Date): Promise<boolean>;
  /** The state it is in: `pending` until it has a transition. @throws RecordNotFoundError */
  currentState(connection: Connection, id: number): Promise<string>;
  /**
   * Writes the first `pending` (sort key 0) of a task or step without transitions, which is `pending` without it too.
   * @returns whether it was written; false if there are transitions already
   * @throws RecordNotFoundError
   */
  initialize(connection: Connection, id: number, at?: Date): Promise<boolean>;
}

/** Sort keys of the moves of one task or step lie this far apart. */
const KEY_STEP = 10;
/** Greatest sort key that the column holds. */
const LAST_KEY = 2_147_483_647;

const Move = z.strictObject({ to_state: state, metadata });

/** Makes the functions that move tasks, or steps. */
export function defineMover<R extends TransitionRow>(definition: MoverDefinition<R>): Mover<R> {
  const { entity, model, key } = definition;

  const missing = (id: number) =>
    new RecordNotFoundError(`There is no ${entity} with ${key} ${id}`, {
      context: { model, field: key, value: id, key: id },
    });

  const lookAt = async (connection: Connection, id: number, to: State): Promise<Standing> => {
    const standing = isKey(id) ? await definition.look(connection, id, to) : undefined;
    if (standing === undefined) throw missing(id);
    return standing;
  };

  const append: Mover<R>["append"] = async (connection, id, to, notes, at = new Date()) => {
    const checked = validate(model, Move, { to_state: to, metadata: notes });
    checkAt(model, at);
    if (!isKey(id)) throw missing(id);
    return inTransaction(connection, async (transaction) => {
      await definition.lock(transaction, id);
      const standing = await lookAt(transaction, id, checked.to_state);
      const refusal = findRefusal(definition, id, standing, checked.to_state);
      if (refusal !== null) throw refusal;
      const row = await definition.write(transaction, {
        id,
        currentId: standing.current_id,
        from: stateOf(standing),
        to: checked.to_state,
        metadata: checked.metadata ?? "{}",
        sortKey: nextKey(standing),
        at,
      });
      if (row !== undefined) return row;
      // the transaction may be the caller's, and go on
      const { current_id: currentId, current_updated_at: updatedAt } = standing;
      if (currentId !== null && updatedAt !== null) await definition.restore(transaction, id, currentId, updatedAt);
      throw new RecordConflictError(`Somebody else moved ${entity} ${id} at the same moment`, {
        context: {
          model,
          fields: [key],
          values: [id],
          field: key,
          value: id,
          expected: `still '${stateOf(standing)}'`,
        },
      });
    });
  };

  return {
    append,
    async canTransitionTo(connection, id, to) {
      return findRefusal(definition, id, await lookAt(connection, id, to), to) === null;
    },
    async safeTransitionTo(connection, id, to, notes, at) {
      try {
        await append(connection, id, to, notes, at);
        return true;
      } catch (error) {
        if (error instanceof InvalidTransitionError) return false;
        throw error;
      }
    },
    async currentState(connection, id) {
      return stateOf(await lookAt(connection, id, "pending"));
    },
    async initialize(connection, id, at = new Date()) {
      checkAt(model, at);
      if (!isKey(id)) throw missing(id);
      return inTransaction(connection, async (transaction) => {
        await definition.lock(transaction, id);
        await lookAt(transaction, id, "pending");
        return (await definition.writeFirst(transaction, id, at)) !== undefined;
      });
    },
  };
}

/** Why a task or step may not make a move, or null if it may. */
function findRefusal<R extends TransitionRow>(
  { entity, moves }: MoverDefinition<R>,
  id: number,
  standing: Standing,
  to: State,
): InvalidTransitionError | null {
  const from = stateOf(standing);
  const allowed = isState(from) ? moves[from] : [];
  const context = { entity, id, from, to };
  if (!allowed.includes(to)) {
    const expected = allowed.join(", ") || "no further state";
    return new InvalidTransitionError(`${entity} ${id} cannot move from '${from}' to '${to}', expected ${expected}`, {
      context: { ...context, expected },
    });
  }
  const unmet = standing.unmet ?? [];
  if (unmet.length === 0) {
    if (nextKey(standing) <= LAST_KEY) return null;
    return new InvalidTransitionError(
      `${entity} ${id} cannot move from '${from}' to '${to}': no sort key is left after ${standing.last_key}`,
      { context: { ...context, field: "sort_key", value: standing.last_key, expected: `at most ${LAST_KEY}` } },
    );
  }
  return new InvalidTransitionError(
    `${entity} ${id} cannot move from '${from}' to '${to}' before these steps are complete: ${unmet.join(", ")}`,
    { context: { ...context, unmet } },
  );
}

function nextKey({ last_key: lastKey }: Standing): number {
  return (lastKey ?? 0) + KEY_STEP;
}

/** The state it is in. A stored text that is no state is given as it is: no move leads out of it. */
function stateOf({ current_state: state }: Standing): string {
  return state === null || state === "" ? "pending" : state;
}
