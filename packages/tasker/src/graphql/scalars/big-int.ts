import { GraphQLError, Kind, type ValueNode } from "graphql";
import type { ScalarModule } from "../schema/schema-module.ts";

const WHOLE_NUMBER = /^-?(?:0|[1-9]\d*)$/;
const MOST = 2n ** 63n - 1n;

/** Whole numbers of 64 bits. */
export const bigIntScalar: ScalarModule = {
  sdl: `
    """
    A whole number of up to 64 bits, such as an id. It is written as a number if that can be exact, up to 9007199254740991, and as
    text beyond. A number or a text is taken.
    """
    scalar BigInt`,
  scalar: "BigInt",
  serialize: (value) => {
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    return parse(value);
  },
  parseValue: parse,
  parseLiteral: (node: ValueNode) => parse(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
};

/** A number, or a text where a number would not be exact. */
function parse(value: unknown): number | string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (typeof value === "string" && WHOLE_NUMBER.test(value)) {
    const exact = BigInt(value);
    if (exact <= MOST && exact >= -MOST - 1n) return Number.isSafeInteger(Number(exact)) ? Number(exact) : value;
  }
  throw new GraphQLError("a BigInt is a whole number of up to 64 bits, or a text that has one");
}
