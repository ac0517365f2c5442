import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A network between a test and a server, which fails as the test says. */
export interface Network {
  /** The address of a server, by way of this network. */
  via(url: string): string;
  /** From now on nothing passes, and nobody is told: connections stay open, new ones are accepted. */
  fallSilent(): void;
  /** New connections are good again. Those from before stay silent, as behind a firewall that has forgotten them. */
  recover(): void;
  /** Cuts a connection when the server answers what holds this text: it was done, and the client is not told. Once. */
  loseAnswerTo(text: string): void;
  /** Milliseconds that every answer takes longer. */
  delayMs: number;
  /** How often clients have sent something: a statement is sent in one piece. */
  readonly requests: number;
}

/** Opens a network to a server on this machine; it is closed when the test ends. */
export async function openNetwork(target: string): Promise<Network> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isSilent = false;
  let lostText: string | null = null;
  let delayMs = 0;
  let requests = 0;

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let isDead = isSilent;
    let isAnswerLost = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      isDead ||= isSilent;
      if (isDead) return;
      requests++;
      if (lostText !== null && chunk.includes(lostText)) {
        lostText = null;
        isAnswerLost = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      isDead ||= isSilent;
      if (isDead) return;
      if (isAnswerLost) client.destroy();
      else if (delayMs === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  return {
    via(url) {
      const address = server.address();
      const copy = new URL(url);
      copy.port = typeof address === "object" && address !== null ? String(address.port) : "";
      return copy.href;
    },
    fallSilent() {
      isSilent = true;
    },
    recover() {
      isSilent = false;
    },
    loseAnswerTo(text) {
      lostText = text;
    },
    get requests() {
      return requests;
    },
    get delayMs() {
      return delayMs;
    },
    set delayMs(ms) {
      delayMs = ms;
    },
  };
}
