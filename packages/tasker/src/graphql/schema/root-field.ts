import type { GraphQLResolveInfo } from "graphql";
import type { Permission } from "../access/permission.ts";
import type { GraphqlContext } from "../context.ts";
import { type ObjectModule, objectType, type Resolver, type SchemaModule } from "./schema-module.ts";

/** A field of `Query`, `Mutation` or `Subscription`. */
export interface RootField<Args = never, Told = never> {
  readonly name: string;
  /** Its declaration, with a description. */
  readonly sdl: string;
  /** What it needs. Its resolver asks for it: for a list, or for the thing that it is about. Null: by what it finds. */
  readonly permission: Permission | null;
  /** What it counts as besides the values that it gives, see docs/graphql.md. Default: 1. */
  readonly cost?: number;
  /** Types that nothing else has. */
  readonly types?: readonly SchemaModule[];
  /** What a subscription tells, one after the other. */
  readonly subscribe?: (args: Args, context: GraphqlContext) => Promise<AsyncIterable<unknown>>;
  /** Gives the value; of a subscription: of each that it tells. */
  readonly resolve: (args: Args, context: GraphqlContext, info: GraphQLResolveInfo, told: Told) => unknown;
}

/** Declares a field of `Query`, `Mutation` or `Subscription`. */
export function rootField<Args, Told = never>(field: RootField<Args, Told>): RootField {
  return field;
}

/** The root type of these fields. */
export function rootType(
  name: "Query" | "Mutation" | "Subscription",
  description: string,
  fields: readonly RootField[],
): ObjectModule {
  return objectType<never>({
    type: name,
    sdl: `"""${description}"""\ntype ${name} {\n${fields.map(({ sdl }) => sdl).join("\n")}\n}`,
    fields: Object.fromEntries(fields.map((field) => [field.name, resolverOf(field)])),
    costs: Object.fromEntries(fields.flatMap(({ name: field, cost }) => (cost === undefined ? [] : [[field, cost]]))),
    streams: Object.fromEntries(
      fields.flatMap(({ name: field, subscribe }) => (subscribe === undefined ? [] : [[field, streamOf(subscribe)]])),
    ),
  });
}

function resolverOf({ resolve }: RootField): Resolver<never> {
  return (told, args, context, info) => resolve(args, context, info, told);
}

function streamOf(subscribe: NonNullable<RootField["subscribe"]>): Resolver<never> {
  return (_source, args, context) => subscribe(args, context);
}
