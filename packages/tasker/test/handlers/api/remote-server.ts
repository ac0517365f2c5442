import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { onTestFinished } from "vitest";

/** A request as the server got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A remote system on this machine. */
export interface RemoteServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Connections that were made to it so far. */
  connections(): number;
  /** Requests that were given up by the client before they were answered. */
  aborted(): number;
}

/** Answers a request; `count` is its number, from 1. */
export type Answer = (response: ServerResponse, request: SeenRequest, count: number) => void;

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A certificate or key of the tests, in PEM. */
export function pem(name: string): string {
  return readFileSync(pemFile(name), "utf8");
}

/** Path of a certificate or key of the tests. */
export function pemFile(name: string): string {
  return new URL(`./certificates/${name}.pem`, import.meta.url).pathname;
}

/** Starts a server on a port of its own, which is closed when the test ends. */
export async function startRemote(answer: Answer, tls?: ServerOptions): Promise<RemoteServer> {
  const requests: SeenRequest[] = [];
  let connections = 0;
  let aborted = 0;
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    response.on("close", () => {
      if (!response.writableFinished) aborted += 1;
    });
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const seen: SeenRequest = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(seen);
      answer(response, seen, requests.length);
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on(tls === undefined ? "connection" : "secureConnection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    connections: () => connections,
    aborted: () => aborted,
  };
}
