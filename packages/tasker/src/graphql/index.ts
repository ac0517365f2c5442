export type { Caller } from "./context.ts";
export { GraphqlApi, type GraphqlOptions, type GraphqlRequest } from "./graphql-api.ts";
export type { GraphqlParts } from "./parts.ts";
export type { AnswerStream } from "./subscribe-operation.ts";
