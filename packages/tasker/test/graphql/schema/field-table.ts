import { readFileSync } from "node:fs";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "graphql";

/** A field of the reference's schema, and what became of it. */
export interface ReferenceField {
  readonly name: string;
  /** Type and arguments, as the reference has them. */
  readonly reference: string;
  /** Type and arguments here; null: there is no such field. */
  readonly ours: string | null;
}

const QUERIES = "queries.test.ts";
const MUTATIONS = "mutations.test.ts";

/** The test that proves the fields of a type, or one field: file and title. */
export const PROOFS: Readonly<Record<string, readonly [file: string, title: string]>> = {
  "Query.tasks": [QUERIES, "list tasks in any order of their columns, with an offset"],
  "Query.tasksByStatus": [QUERIES, "list tasks by status; one without transitions is pending"],
  "Query.tasksByAnnotation": [QUERIES, "list tasks by an annotation, and the types of annotations by name"],
  "Query.annotationTypes": [QUERIES, "list tasks by an annotation, and the types of annotations by name"],
  "Query.task": [QUERIES, "tell everything about a task"],
  "Query.step": [QUERIES, "give a step of a task; null for a step of another task and for what does not exist"],
  "Query.node": [QUERIES, "find everything again by its id for node"],
  "Query.nodes": [QUERIES, "find everything again by its id for node"],
  "Mutation.createTask": [MUTATIONS, "createTask takes namespace, version and a context as JSON"],
  "Mutation.updateTask": [MUTATIONS, "updateTask changes reason and tags, and is audited"],
  "Mutation.cancelTask": [MUTATIONS, "cancelTask cancels; what the state does not allow is refused with a reason"],
  "Mutation.updateStep": [MUTATIONS, "updateStep changes retry limit and inputs; cancelStep ends a step"],
  "Mutation.cancelStep": [MUTATIONS, "updateStep changes retry limit and inputs; cancelStep ends a step"],
  Node: [QUERIES, "find everything again by its id for node"],
  CreateTaskInput: [MUTATIONS, "createTask takes namespace, version and a context as JSON"],
  CreateTaskPayload: [MUTATIONS, "createTask takes namespace, version and a context as JSON"],
  UpdateTaskInput: [MUTATIONS, "updateTask changes reason and tags, and is audited"],
  UpdateTaskPayload: [MUTATIONS, "updateTask changes reason and tags, and is audited"],
  CancelTaskInput: [MUTATIONS, "cancelTask cancels; what the state does not allow is refused with a reason"],
  CancelTaskPayload: [MUTATIONS, "cancelTask cancels; what the state does not allow is refused with a reason"],
  UpdateStepInput: [MUTATIONS, "updateStep changes retry limit and inputs; cancelStep ends a step"],
  UpdateStepPayload: [MUTATIONS, "updateStep changes retry limit and inputs; cancelStep ends a step"],
  CancelStepInput: [MUTATIONS, "updateStep changes retry limit and inputs; cancelStep ends a step"],
  CancelStepPayload: [MUTATIONS, "updateStep changes retry limit and inputs; cancelStep ends a step"],
  DependentSystemObjectMap: [QUERIES, "give what a system and its objects are called elsewhere"],
  DependentSystem: [QUERIES, "give what a system and its objects are called elsewhere"],
  "": [QUERIES, "tell everything about a task"],
};

/** Why fields differ from the reference's, by how their types differ. */
const REASONS: readonly [fits: (field: ReferenceField) => boolean, reason: string][] = [
  [({ name }) => name === "Task.context", "same; the reference gave the word context"],
  [({ name }) => name === "Query.task", "same; failed always"],
  [({ name }) => name.startsWith("Query.node"), "same; gave null always"],
  [({ name }) => name === "WorkflowStep.namedStep", "one record, no list"],
  [
    ({ name }) => name.startsWith("Mutation."),
    "same; the payload is the declared one, so that failures are errors of it",
  ],
  [({ name }) => name.endsWith("Payload.errors"), "with code, field and reason"],
  [({ name }) => name === "Task.workflowSteps", "same, and a limit"],
  [({ reference, ours }) => reference === ours, "same"],
  [({ reference, ours }) => reference.replaceAll("Int!", "BigInt!") === ours, "ids of 64 bits"],
];

/** What became of a field, in a few words. @throws RangeError if nothing explains the difference */
export function statusOf(field: ReferenceField): string {
  const [, reason] = REASONS.find(([fits]) => field.ours !== null && fits(field)) ?? [];
  if (reason === undefined) throw new RangeError(`${field.name} is ${field.ours} and was ${field.reference}`);
  return reason;
}

/** The test that proves a field. */
export function proofOf({ name }: ReferenceField): readonly [file: string, title: string] {
  const [type = ""] = name.split(".");
  return PROOFS[name] ?? PROOFS[type] ?? [QUERIES, "tell everything about a task"];
}

/** Every field of the reference's schema. */
export function referenceFields(ours: GraphQLSchema): ReferenceField[] {
  const text = readFileSync(new URL("reference.graphql", import.meta.url), "utf8");
  const reference = buildSchema(text);
  return Object.values(reference.getTypeMap())
    .filter((type) => !type.name.startsWith("__"))
    .flatMap((type) =>
      Object.entries(fieldsOf(type)).map(([field, declaration]) => ({
        name: `${type.name}.${field}`,
        reference: declaration,
        ours: fieldsOf(ours.getType(type.name))[field] ?? null,
      })),
    );
}

function fieldsOf(type: GraphQLNamedType | undefined): Record<string, string> {
  if (isInputObjectType(type)) {
    return Object.fromEntries(Object.values(type.getFields()).map(({ name, type: of }) => [name, String(of)]));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return {};
  return Object.fromEntries(
    Object.values(type.getFields()).map(({ name, args, type: of }) => {
      const given = args.map(argumentText).join(", ");
      return [name, given === "" ? String(of) : `(${given}): ${of}`];
    }),
  );
}

function argumentText({ name, type, defaultValue }: GraphQLArgument): string {
  return `${name}: ${type}${defaultValue === undefined ? "" : ` = ${JSON.stringify(defaultValue)}`}`;
}

/** The table of docs/graphql.md. */
export function fieldTable(ours: GraphQLSchema): string {
  const rows = referenceFields(ours).map((field) => {
    const [file, title] = proofOf(field);
    return `| \`${field.name}\` | \`${field.ours}\` | ${statusOf(field)} | \`${file}\` "${title}" |`;
  });
  return ["| field | here | status | proved by |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
