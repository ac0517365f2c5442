import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { plainAddress } from "../../auth/authenticators/plain-address.ts";
import { ConfigurationError } from "../../errors/index.ts";
import { type Hop, readForwarded, readXForwarded } from "./forwarded-hops.ts";
import { originOf, type RequestOrigin } from "./request-origin.ts";

/** By which headers proxies say where a request came from: `X-Forwarded-For` and `X-Forwarded-Proto`, or `Forwarded`. */
export type ProxyHeaders = "x-forwarded" | "forwarded";

/** An address that a proxy does not know, or does not tell. */
const UNKNOWN = "unknown";

/**
 * Finds out where a request came from that proxies have passed on. Their headers are read only if the connection comes from one of
 * them, from its end, and only as far as trusted proxies have written it: what a client has put there itself tells nothing.
 */
export class TrustedProxies {
  readonly #networks = new BlockList();
  readonly #read: (incoming: IncomingMessage) => readonly Hop[];

  /**
   * @param networks addresses, and networks such as `10.0.0.0/8`
   * @param headers the kind that the proxies write. Others are not read: a client may have sent them
   * @throws ConfigurationError for what is none
   */
  constructor(networks: readonly string[] = [], headers: ProxyHeaders = "x-forwarded") {
    for (const network of networks) this.#add(network);
    this.#read = headers === "forwarded" ? readForwarded : readXForwarded;
  }

  /** Where a request of Node's server came from. */
  originOf(incoming: IncomingMessage): RequestOrigin {
    let origin = originOf(incoming);
    if (origin.address === null || !this.#has(origin.address)) return origin;
    for (const { address, isEncrypted } of this.#read(incoming).toReversed()) {
      const transport = isEncrypted === null ? origin.transport : isEncrypted ? "https" : "http";
      origin = { transport, address: address ?? UNKNOWN };
      if (address === null || !this.#has(address)) break;
    }
    return origin;
  }

  #has(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#networks.check(plain, family === 6 ? "ipv6" : "ipv4");
  }

  #add(network: string): void {
    const [address = "", bits, ...more] = network.split("/");
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || more.length > 0 || !(prefix <= most)) {
      const expected = "an IP address, or a network such as 10.0.0.0/8";
      throw new ConfigurationError(`the trusted proxy ${JSON.stringify(network)} is none, expected ${expected}`, {
        context: { option: "trustedProxies", value: network, expected },
      });
    }
    this.#networks.addSubnet(address, prefix, family === 6 ? "ipv6" : "ipv4");
  }
}
