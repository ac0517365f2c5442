export type { AppOptions } from "./app-options.ts";
export { fastifyPlugin } from "./fastify-plugin.ts";
export { type OpenServerOptions, openServer } from "./open-server.ts";
export { type Listening, type ListenOptions, type NodeHandler, Server } from "./server.ts";
export type { ServerParts } from "./server-parts.ts";
