import type { FormattedExecutionResult } from "graphql";
import type { Context } from "hono";
import { type AnswerStream, type Caller, GraphqlApi, type GraphqlOptions } from "../../graphql/index.ts";
import { admit } from "../http/admit.ts";
import type { HttpEnv } from "../http/http-env.ts";
import { factsOf } from "../http/request-facts.ts";
import { checkAnswerSize, type SizeLimits } from "../http/size-limits.ts";
import { LAST_EVENT_ID } from "../live/event-stream.ts";
import { beginStay, type Stay, type Watcher } from "../live/stay.ts";
import type { ServerParts } from "../server-parts.ts";
import { type AnswerType, answerType } from "./answer-type.ts";
import { eventSource, onlyEvent } from "./event-source.ts";
import { readRequests } from "./read-requests.ts";

/** Answers GraphQL requests: operations of a body one after the other, or a subscription as a stream of events. */
export function graphqlHandler(
  parts: ServerParts,
  sizes: SizeLimits,
  options: GraphqlOptions = {},
): (context: Context<HttpEnv>) => Promise<Response> {
  const api = new GraphqlApi({ ...parts, live: parts.live.events }, options);
  return async (context) => {
    const { raw } = context.req;
    const type = answerType(raw.headers.get("accept"));
    const facts = factsOf(context);
    if (type === null) return write(notAcceptable(facts.id), 406, "application/json");
    const admission = await admit(parts, facts.auth);
    const signal = AbortSignal.any([facts.signal, parts.closing]);
    let stay: Stay | null = null;
    const caller: Caller = {
      ...admission,
      ...{ address: facts.address, requestId: facts.id, signal },
      lastEventId: raw.headers.get(LAST_EVENT_ID),
      onStreamEnd: () => stay?.farewell(),
    };
    const limits = { bodyLimit: sizes.body, maxBatch: api.limits.maxBatch };
    const asked = await readRequests(raw, limits);
    const isReadOnly = raw.method !== "POST";
    if (!("query" in asked)) {
      return write(await api.executeAll(asked, caller), 200, type, sizes.answer);
    }
    if (type !== "text/event-stream") {
      const answer = await api.execute(asked, caller, isReadOnly);
      return write(answer, statusOf(answer, type), type, sizes.answer);
    }
    const answers = await api.subscribe(asked, caller, isReadOnly);
    if (!("next" in answers)) {
      return statusOf(answers, type) === 405 ? write(answers, 405, type, sizes.answer) : streamed(onlyEvent(answers));
    }
    stay = await beginStayOf(answers, {
      ...{ parts, request: facts, principal: admission.principal },
      identify: () => admit(parts, facts.auth),
    });
    return streamed(eventSource(answers, { beatMs: parts.live.beatMs, closing: parts.closing, onClose: stay.leave }));
  };
}

/** @throws TooManyRequestsError */
async function beginStayOf(answers: AnswerStream, watcher: Omit<Watcher, "stillMay">): Promise<Stay> {
  try {
    return beginStay({ ...watcher, stillMay: ({ access }) => answers.stillMay(access) }, () => answers.end());
  } catch (error) {
    await answers.return?.();
    throw error;
  }
}

/** What was executed is answered with 200; clients that know the newer type are told by the status of what was not. */
function statusOf({ data, errors = [] }: FormattedExecutionResult, type: AnswerType): number {
  if (data !== undefined) return 200;
  const isForPost = errors.some(({ message }) => message === "a mutation needs a POST request");
  if (isForPost) return 405;
  return type === "application/json" ? 200 : 400;
}

/** @throws QueryLimitError for an answer that is too large */
function write(answer: unknown, status: number, type: AnswerType, limit = Number.POSITIVE_INFINITY): Response {
  const text = JSON.stringify(answer);
  checkAnswerSize(text, limit);
  const written = type === "text/event-stream" ? "application/json" : type;
  return new Response(text, {
    status,
    headers: { "content-type": `${written}; charset=utf-8`, "cache-control": "no-store" },
  });
}

function streamed(body: ReadableStream<Uint8Array> | string): Response {
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}

function notAcceptable(requestId: string): FormattedExecutionResult {
  const message =
    "accept names no type that answers can have: application/json, application/graphql-response+json, text/event-stream";
  return { errors: [{ message, extensions: { code: "BAD_REQUEST", requestId } }] };
}
