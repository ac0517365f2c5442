export type { AppOptions } from "./app-options.ts";
export { appOptionsFrom, type ListenPlan, listenPlanFrom } from "./configured-options.ts";
export { fastifyPlugin } from "./fastify-plugin.ts";
export { type OpenServerOptions, openServer } from "./open-server.ts";
export { type Listening, type ListenOptions, type NodeHandler, Server, type TlsFiles } from "./server.ts";
export type { ServerParts } from "./server-parts.ts";
