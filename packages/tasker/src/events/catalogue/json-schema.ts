import { z } from "zod";

/** The part of a JSON Schema that the payloads of events are described with. */
export interface PayloadSchema {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly PayloadSchema[];
  readonly items?: PayloadSchema;
  readonly properties?: Readonly<Record<string, PayloadSchema>>;
  readonly required?: readonly string[];
}

/** The shape of a payload as JSON Schema (draft 2020-12). */
export function jsonSchemaOf(payload: z.ZodType): PayloadSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(payload);
  return schema as PayloadSchema;
}

/** The schemas that a value may fit; one that may be null fits that, too. */
function alternatives(schema: PayloadSchema): readonly PayloadSchema[] {
  return schema.anyOf ?? [schema];
}

/** A member's type in words: `integer`, `string or null`, `list of string`. */
export function typeOf(schema: PayloadSchema): string {
  return alternatives(schema)
    .map(({ type, items }) => (type === "array" && items !== undefined ? `list of ${typeOf(items)}` : (type ?? "any")))
    .join(" or ");
}

/** What a member means, in words; empty if nothing is said. */
export function meaningOf(schema: PayloadSchema): string {
  return [schema, ...alternatives(schema)].find(({ description }) => description !== undefined)?.description ?? "";
}

/** A value that fits, made from the examples of the schema. */
export function exampleOf(schema: PayloadSchema): unknown {
  const [first = schema] = alternatives(schema);
  const [example = first.examples?.[0]] = schema.examples ?? [];
  if (example !== undefined) return example;
  if (first.enum !== undefined) return first.enum[0];
  const members = Object.entries(first.properties ?? {});
  return Object.fromEntries(members.map(([key, member]) => [key, exampleOf(member)]));
}
