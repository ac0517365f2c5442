import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "./server.ts";

/** As much of Fastify as is needed; its types are not, so that nobody has to install it. */
interface FastifyLike {
  readonly prefix: string;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): void;
  all(path: string, handle: (request: { readonly raw: IncomingMessage }, reply: ReplyLike) => void): void;
}

interface ReplyLike {
  readonly raw: ServerResponse;
  hijack(): void;
}

/** A plugin for Fastify: `app.register(fastifyPlugin(server), { prefix: "/tasker" })`. */
export function fastifyPlugin(server: Server): (app: FastifyLike, options: object, done: () => void) => void {
  const handle = server.http();
  return (app, _options, done) => {
    const { prefix } = app;
    // Bodies are read by the application itself.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    app.all("/*", ({ raw }, reply) => {
      reply.hijack();
      raw.url = (raw.url ?? "/").slice(prefix.length) || "/";
      handle(raw, reply.raw);
    });
    done();
  };
}
