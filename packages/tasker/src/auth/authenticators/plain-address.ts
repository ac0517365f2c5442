import { isIPv6 } from "node:net";

/** An address of IPv4 that was written as one of IPv6 as what it is; of others without the zone. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

/** An address as it is counted: of IPv6 the network of 64 bits, because whoever has one address of it has all. */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [first = [], last = []] = plain.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const network = [...first, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
