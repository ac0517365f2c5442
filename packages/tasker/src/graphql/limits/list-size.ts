import { type FieldNode, type GraphQLField, Kind, type ValueNode } from "graphql";

/** Variables as they were sent: nobody has checked them yet. */
export type Variables = Readonly<Record<string, unknown>>;

/** Entries that a list is taken to have that says no size. */
const ASSUMED_SIZE = 10;
/** What a size counts as that is no number. */
const ABSURD_SIZE = 1_000_000;

/**
 * How many entries a list has at most by its arguments `limit`, `first` or `last`, or by the number of its `ids`.
 * @param page that of the connection in which the list lies
 */
export function listSize(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Variables,
  page: number,
): number {
  if (field.name === "edges" || (field.name === "nodes" && field.args.length === 0)) return page;
  for (const argument of field.args) {
    if (argument.name === "ids") return lengthOf(argumentOf(node, "ids", variables, []));
    if (argument.name !== "limit" && argument.name !== "first" && argument.name !== "last") continue;
    const value = argumentOf(node, argument.name, variables, argument.defaultValue);
    if (value !== undefined && value !== null) return sizeOf(value);
  }
  return ASSUMED_SIZE;
}

function argumentOf(node: FieldNode, name: string, variables: Variables, otherwise: unknown): unknown {
  const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (given === undefined) return otherwise;
  return given.kind === Kind.VARIABLE ? (variables[given.name.value] ?? otherwise) : literal(given);
}

function literal(node: ValueNode): unknown {
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind === Kind.LIST) return node.values;
  return node.kind === Kind.NULL ? null : node;
}

function sizeOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(1, value) : ABSURD_SIZE;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? Math.max(1, value.length) : 1;
}
