/** Where a receiver of OTLP is, and what is sent to it besides. */
export interface ReceiverAddress {
  /** Without user and password. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Puts the user and the password of an address into a header `authorization`, unless there is one: `fetch` refuses them in a URL. */
export function receiverAddress(address: string, headers: Readonly<Record<string, string>>): ReceiverAddress {
  const url = new URL(address);
  const { username, password } = url;
  if (username === "" && password === "") return { url: address, headers };
  url.username = "";
  url.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  const authorization = `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
  return { url: url.href, headers: isGiven ? headers : { authorization, ...headers } };
}
