import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** What one proxy says of whoever sent it a request. */
export interface Hop {
  /** Null: it is not known, or is not told. */
  readonly address: string | null;
  /** Whether it came over TLS; null: it is not said. */
  readonly isEncrypted: boolean | null;
}

type Headers = Pick<IncomingMessage, "headersDistinct">;

/** What `X-Forwarded-For` and `X-Forwarded-Proto` say, the nearest proxy's last. */
export function readXForwarded({ headersDistinct: headers }: Headers): Hop[] {
  const addresses = listOf(headers["x-forwarded-for"]);
  const protocols = listOf(headers["x-forwarded-proto"]);
  // One that says nothing of the address may say how it was reached.
  const count = Math.max(addresses.length, Math.min(1, protocols.length));
  return Array.from({ length: count }, (_, place) => {
    // Most proxies have one protocol for all; others add theirs to those before.
    const protocol = protocols.at(place - count) ?? protocols[0];
    return { address: addressOf(addresses[place]), isEncrypted: encryptionOf(protocol) };
  });
}

/**
 * What `Forwarded` says, the nearest proxy's last.
 * @see https://www.rfc-editor.org/rfc/rfc7239
 */
export function readForwarded({ headersDistinct: headers }: Headers): Hop[] {
  const text = (headers.forwarded ?? []).join(",");
  return splitUnquoted(text, ",").map((element) => {
    const pairs = new Map(
      splitUnquoted(element, ";").map((pair): [string, string] => {
        const [, name = "", value = ""] = /^\s*([^=\s]+)=(.*?)\s*$/.exec(pair) ?? [];
        return [name.toLowerCase(), value.replace(/^"(.*)"$/, "$1")];
      }),
    );
    return { address: addressOf(pairs.get("for")), isEncrypted: encryptionOf(pairs.get("proto")) };
  });
}

function listOf(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(",")).map((entry) => entry.trim());
}

function splitUnquoted(text: string, separator: "," | ";"): string[] {
  const parts = separator === "," ? text.match(/(?:"[^"]*"|[^",])+/g) : text.match(/(?:"[^"]*"|[^";])+/g);
  return parts ?? [];
}

/** An address without its port: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`. */
function addressOf(text: string | undefined): string | null {
  const [, inBrackets, withPort] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text ?? "") ?? [];
  const address = inBrackets ?? withPort ?? text ?? "";
  return isIP(address) === 0 ? null : address;
}

function encryptionOf(protocol: string | undefined): boolean | null {
  return protocol === undefined || protocol === "" ? null : protocol.toLowerCase() === "https";
}
