import { InvalidRequestError } from "../errors/index.ts";
import { textDefect } from "../text/text-defect.ts";

/** By what way somebody acts, for the audit log. */
export interface ActionOrigin {
  /** What the actor is known by. */
  readonly actorKind: "token" | "user" | "cli" | "system";
  /** 1 to 64 characters: `cli`, `rest`, `graphql`, `library`. */
  readonly source: string;
  /** Of the network, up to 255 characters. */
  readonly address?: string | undefined;
  /** Of the request, up to 255 characters. */
  readonly requestId?: string | undefined;
}

/** Who acts, and why. Stored with everything that the action writes. */
export interface OperatorNote {
  /** 1 to 255 characters: a name, an address, the name of a program. */
  readonly actor: string;
  /** 1 to 2,000 characters. */
  readonly reason: string;
  /** Default: the system, by the library. */
  readonly origin?: ActionOrigin;
}

/** A step of a task, by its name or by its id. */
export interface StepAddress {
  readonly taskId: number;
  readonly step: string | number;
}

/** What {@link TaskActions.editStep} changes; what is left out stays. */
export interface StepEdit {
  /** Largest number of attempts, 1 or more. */
  readonly retryLimit?: number;
  /** Inputs of the step's own, any JSON value; null: none. */
  readonly inputs?: unknown;
}

const LONGEST_ACTOR = 255;
const LONGEST_REASON = 2_000;
const LONGEST_SOURCE = 64;
/** Greatest number that the column holds. */
const MOST_ATTEMPTS = 2_147_483_647;

function refuse(field: string, value: unknown, expected: string): never {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
  throw new InvalidRequestError(`${field} is ${shown}, expected ${expected}`, { context: { field, value, expected } });
}

/** @throws InvalidRequestError unless it can be the id of a row */
export function checkId(field: string, value: unknown): void {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return;
  refuse(field, value, "a whole number of 1 or more");
}

/** @throws InvalidRequestError unless it can name a step */
export function checkAddress({ taskId, step }: StepAddress): void {
  checkId("taskId", taskId);
  if (typeof step !== "string") checkId("step", step);
  else if (step === "" || textDefect(step) !== null) refuse("step", step, "the name or the id of a step");
}

/** @throws InvalidRequestError if somebody or something is not told in a way that can be stored */
export function checkNote({ actor, reason, origin }: OperatorNote): void {
  checkText("actor", actor, LONGEST_ACTOR);
  checkText("reason", reason, LONGEST_REASON);
  if (origin === undefined) return;
  checkText("origin.source", origin.source, LONGEST_SOURCE);
  if (origin.address !== undefined) checkText("origin.address", origin.address, LONGEST_ACTOR);
  if (origin.requestId !== undefined) checkText("origin.requestId", origin.requestId, LONGEST_ACTOR);
}

/** @throws InvalidRequestError if nothing is to change, or to something that cannot be */
export function checkEdit({ retryLimit, inputs }: StepEdit): void {
  if (retryLimit === undefined && inputs === undefined) refuse("edit", "empty", "a retryLimit, inputs, or both");
  if (retryLimit === undefined) return;
  if (Number.isInteger(retryLimit) && retryLimit >= 1 && retryLimit <= MOST_ATTEMPTS) return;
  refuse("retryLimit", retryLimit, `a whole number from 1 to ${MOST_ATTEMPTS}`);
}

function checkText(field: string, value: unknown, longest: number): void {
  const expected = `1 to ${longest} characters that can be stored`;
  if (typeof value !== "string" || value.trim() === "" || value.length > longest || textDefect(value) !== null) {
    refuse(field, value, expected);
  }
}
