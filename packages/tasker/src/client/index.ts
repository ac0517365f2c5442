export { ROUTES, type RouteId } from "../api/routes/index.ts";
export { type CallInput, Client, type ClientOptions, type Fetch } from "./client.ts";
export { type StreamMessage, streamMessages } from "./event-stream.ts";
export { RequestFailedError } from "./request-failed-error.ts";
export { ServerUnreachableError } from "./server-unreachable-error.ts";
