import type { GraphQLResolveInfo, ValueNode } from "graphql";
import type { AuthorizationContext } from "../../auth/authorization/authorization-context.ts";
import type { Permission } from "../access/permission.ts";
import type { GraphqlContext } from "../context.ts";

/** Gives the value of a field of an object. */
export type Resolver<Source> = (
  source: Source,
  args: never,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
) => unknown;

/** A type that has fields, with what gives their values. */
export interface ObjectModule<Source = never> {
  /** Its definition in the language of GraphQL schemas. */
  readonly sdl: string;
  readonly type: string;
  /** For every field of the definition, and no other. */
  readonly fields: Readonly<Record<string, Resolver<Source>>>;
  /** Of subscriptions: what they tell. */
  readonly streams?: Readonly<Record<string, Resolver<Source>>>;
  /** What fields count as besides the values that they give. Default: 1. */
  readonly costs?: Readonly<Record<string, number>>;
  /** What fields need beyond what the object itself needed. */
  readonly permissions?: Readonly<Record<string, Permission>>;
  /** What the permissions are asked for. */
  readonly subjectOf?: (
    source: Source,
    context: GraphqlContext,
  ) => AuthorizationContext | Promise<AuthorizationContext>;
}

/** A scalar, with how it is written and read. */
export interface ScalarModule {
  readonly sdl: string;
  readonly scalar: string;
  readonly serialize: (value: unknown) => unknown;
  readonly parseValue: (value: unknown) => unknown;
  readonly parseLiteral: (node: ValueNode, variables?: Readonly<Record<string, unknown>> | null) => unknown;
}

/** An interface; objects of it tell their type by `kind`. */
export interface InterfaceModule {
  readonly sdl: string;
  readonly interface: string;
}

/** A type without anything to resolve: an input, an enumeration. */
export interface PlainModule {
  readonly sdl: string;
}

/** One type of the schema, or several that belong together. */
export type SchemaModule = ObjectModule | ScalarModule | InterfaceModule | PlainModule;

/** Declares a type that has fields. */
export function objectType<Source>(definition: ObjectModule<Source>): ObjectModule {
  return definition;
}
