import {
  buildSchema,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  isScalarType,
} from "graphql";
import type { GraphqlContext } from "../context.ts";
import type { ObjectModule, Resolver, ScalarModule, SchemaModule } from "./schema-module.ts";

/**
 * Makes a schema of its types.
 * @throws RangeError if a field has no resolver, or a resolver no field
 */
export function makeSchema(modules: readonly SchemaModule[]): GraphQLSchema {
  const schema = buildSchema(modules.map(({ sdl }) => sdl).join("\n"));
  for (const module of modules) {
    if ("fields" in module) attachFields(schema, module);
    if ("scalar" in module) attachScalar(schema, module);
    if ("interface" in module) attachInterface(schema, module.interface);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    const missing = Object.values(type.getFields()).find(({ resolve }) => resolve === undefined);
    if (missing !== undefined) throw new RangeError(`${type.name}.${missing.name} has no resolver`);
  }
  return schema;
}

function attachFields(schema: GraphQLSchema, module: ObjectModule): void {
  const type = schema.getType(module.type);
  if (!isObjectType(type)) throw new RangeError(`${module.type} is no type with fields`);
  const fields = type.getFields();
  for (const [name, resolver] of Object.entries(module.fields)) {
    const field = fields[name];
    if (field === undefined) throw new RangeError(`${module.type}.${name} is resolved and not declared`);
    field.resolve = guarded(module, name, resolver) as GraphQLFieldResolver<unknown, GraphqlContext>;
    const cost = module.costs?.[name];
    if (cost !== undefined) field.extensions = { ...field.extensions, cost };
    const stream = module.streams?.[name];
    if (stream !== undefined) field.subscribe = stream as GraphQLFieldResolver<unknown, GraphqlContext>;
  }
}

/** The resolver, behind what its field needs. */
function guarded(
  { permissions, subjectOf, type }: ObjectModule,
  name: string,
  resolver: Resolver<never>,
): Resolver<never> {
  const permission = permissions?.[name];
  if (permission === undefined) return resolver;
  if (subjectOf === undefined) throw new RangeError(`${type}.${name} needs ${permission}, and ${type} says of what`);
  return async (source, args, context, info) => {
    await context.access.require(permission, await subjectOf(source, context));
    return resolver(source, args, context, info);
  };
}

function attachScalar(schema: GraphQLSchema, module: ScalarModule): void {
  const type = schema.getType(module.scalar);
  if (!isScalarType(type)) throw new RangeError(`${module.scalar} is no scalar`);
  type.serialize = module.serialize;
  type.parseValue = module.parseValue;
  type.parseLiteral = module.parseLiteral;
}

function attachInterface(schema: GraphQLSchema, name: string): void {
  const type = schema.getType(name);
  if (!isInterfaceType(type)) throw new RangeError(`${name} is no interface`);
  type.resolveType = (source: { readonly kind: string }) => source.kind;
}
