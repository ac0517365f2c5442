import { GraphQLError, Kind, type ValueNode } from "graphql";
import type { ScalarModule } from "../schema/schema-module.ts";

/** Any JSON value. */
export const jsonScalar: ScalarModule = {
  sdl: `
    """Any JSON value: an object, a list, a text, a number, true, false or null."""
    scalar JSON`,
  scalar: "JSON",
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literalValue(node, variables ?? {}),
};

function literalValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => literalValue(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]));
    case Kind.VARIABLE:
      return variables[node.name.value];
    default:
      throw new GraphQLError(`${node.value} is no JSON value: write a text in quotation marks`);
  }
}
