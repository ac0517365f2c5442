import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** The way of one process to the server, which can be cut or made to stand still. */
export class ConnectionProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isStalled = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free port of 127.0.0.1 and passes on to `targetPort`. */
  static async open(targetPort: number): Promise<ConnectionProxy> {
    const proxy = new ConnectionProxy(createServer({ noDelay: true }, (client) => proxy.#accept(client, targetPort)));
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === "string") throw new RangeError("the proxy is not open");
    return address.port;
  }

  /** Lets nothing through, in neither direction, until {@link flow}. New connections are accepted and hear nothing. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  flow(): void {
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Resets all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #accept(client: Socket, targetPort: number): void {
    const server = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    this.#join(client, server);
    this.#join(server, client);
  }

  /** Passes on what comes from one side; the end of one is the end of both. */
  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    // A full buffer is not waited for: a reader that was stopped would look like a network that stands still.
    from.on("data", (data) => to.write(data));
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isStalled) from.pause();
  }
}
