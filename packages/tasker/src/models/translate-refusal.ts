import {
  DatabaseStatementError,
  InvalidRecordError,
  RecordConflictError,
  RecordInUseError,
  type TaskerError,
} from "../errors/index.ts";
import { showValue } from "./validate.ts";

/** What is known of a model where the database refuses one of its records. */
export interface RefusalFacts {
  readonly name: string;
  readonly uniques: Readonly<Record<string, readonly string[]>>;
  readonly references: Readonly<Record<string, string>>;
}

const UNIQUE_VIOLATION = "23505";
const FOREIGN_KEY_VIOLATION = "23503";

/**
 * Turns the database's refusal of a record into the error of the model: the database is the final authority on what is
 * unique and what exists. Everything else passes unchanged.
 * @param given column values of the record, for the message
 */
export function translateRefusal(error: unknown, facts: RefusalFacts, given: object): unknown {
  if (!(error instanceof DatabaseStatementError)) return error;
  const { sqlstate, constraint } = error.context;
  if (typeof constraint !== "string") return error;
  if (sqlstate === UNIQUE_VIOLATION) return conflict(facts, constraint, given, error);
  if (sqlstate === FOREIGN_KEY_VIOLATION) return brokenReference(facts, constraint, given, error);
  return error;
}

function conflict(facts: RefusalFacts, constraint: string, given: object, cause: TaskerError): TaskerError {
  const fields = facts.uniques[constraint];
  if (fields === undefined) return cause;
  const values = fields.map((field) => Reflect.get(given, field));
  const named = fields.map((field) => nameValue(field, given)).join(", ");
  return new RecordConflictError(`There is a ${facts.name} with ${named} already`, {
    context: { model: facts.name, fields, values, field: fields[0], value: values[0], expected: "a unique value" },
    cause,
  });
}

/** A field with its value. Which of many records was refused the database does not tell. */
function nameValue(field: string, given: object): string {
  return field in given ? `${field} ${showValue(Reflect.get(given, field))}` : `the same ${field}`;
}

function brokenReference(facts: RefusalFacts, constraint: string, given: object, cause: TaskerError): TaskerError {
  const field = facts.references[constraint];
  if (field !== undefined) {
    const value = field in given ? showValue(Reflect.get(given, field)) : "wrong in one of the records";
    return new InvalidRecordError(facts.name, [{ field, value, rule: "the id of an existing record" }], { cause });
  }
  const key = Reflect.get(given, "key");
  return new RecordInUseError(`${facts.name} ${key} cannot be deleted: other records refer to it (${constraint})`, {
    context: { model: facts.name, key, by: constraint },
    cause,
  });
}
