import type { Problem } from "../../api/shapes/problem.ts";
import { answerType } from "./answer-type.ts";

/** Why a request to `/graphql` was not executed, in the form that clients of GraphQL expect. */
export function graphqlErrors({ code, detail, request_id: requestId }: Problem): object {
  const told = code === "TASKER_MALFORMED_REQUEST" ? "BAD_REQUEST" : code;
  return { errors: [{ message: detail, extensions: { code: told, requestId } }] };
}

/** The type of an answer that is no stream of events. */
export function graphqlType(accept: string | null): string {
  const type = answerType(accept);
  return `${type === "application/graphql-response+json" ? type : "application/json"}; charset=utf-8`;
}
