import { z } from "zod";

/**
 * The part of a JSON Schema that the payloads of events are described with. Those that applications declare may have whatever
 * JSON Schema has, so no more is said of a part than that it is there.
 */
export interface PayloadSchema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly examples?: unknown;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly anyOf?: unknown;
  readonly items?: unknown;
  readonly properties?: unknown;
  readonly required?: unknown;
}

/** The shape of a payload as JSON Schema (draft 2020-12). */
export function jsonSchemaOf(payload: z.ZodType): PayloadSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(payload);
  return schema as PayloadSchema;
}

/** The members of an object's schema, in its order. A member that is `true` may be anything. */
export function membersOf({ properties }: PayloadSchema): readonly (readonly [name: string, schema: PayloadSchema])[] {
  return Object.entries(readSchema(properties)).map(([name, member]) => [name, readSchema(member)]);
}

/** A member's type in words: `integer`, `string or null`, `list of string`. */
export function typeOf(schema: PayloadSchema): string {
  const types = alternatives(schema).flatMap(({ type, items }) => {
    const names: unknown[] = Array.isArray(type) ? type : [type ?? "any"];
    return names.map((name) =>
      name === "array" && items !== undefined ? `list of ${typeOf(readSchema(items))}` : `${name}`,
    );
  });
  return types.join(" or ");
}

/** What a member means, in words; empty if nothing is said. */
export function meaningOf(schema: PayloadSchema): string {
  const described = [schema, ...alternatives(schema)].map(({ description }) => description);
  return described.find((description) => typeof description === "string") ?? "";
}

const SIMPLEST: Readonly<Record<string, unknown>> = {
  string: "",
  number: 0,
  integer: 0,
  boolean: false,
  array: [],
  null: null,
};

/** A value made from the examples, defaults and types of a schema. Where none of its members lacks an example, it fits. */
export function exampleOf(schema: PayloadSchema): unknown {
  const [first = schema] = alternatives(schema);
  for (const { examples, enum: values, const: only, default: usual } of [schema, first]) {
    const given = [firstOf(examples), usual, only, firstOf(values)].find((value) => value !== undefined);
    if (given !== undefined) return given;
  }
  const type = firstOf(first.type) ?? first.type;
  if (typeof type === "string" && type in SIMPLEST) return SIMPLEST[type];
  return Object.fromEntries(membersOf(first).map(([key, member]) => [key, exampleOf(member)]));
}

/** The schemas that a value may fit; one that may be null fits that, too. */
function alternatives(schema: PayloadSchema): readonly PayloadSchema[] {
  return Array.isArray(schema.anyOf) ? schema.anyOf.map(readSchema) : [schema];
}

function firstOf(values: unknown): unknown {
  return Array.isArray(values) ? values[0] : undefined;
}

function readSchema(value: unknown): PayloadSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
