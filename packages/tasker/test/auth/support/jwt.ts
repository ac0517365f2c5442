import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** A pair of keys that tokens are signed with. */
export interface SigningKey {
  readonly alg: string;
  readonly kid?: string | undefined;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** Makes a pair of keys. */
export async function signingKey(alg: string, kid = "key-1"): Promise<SigningKey> {
  return { alg, kid, ...(await generateKeyPair(alg, { extractable: true })) };
}

/** A token as an issuer would make it at a moment, changed where a test says so. */
export function signToken(
  key: SigningKey | Uint8Array,
  now: number,
  {
    claims = {},
    header = {},
  }: { readonly claims?: JWTPayload; readonly header?: Readonly<Record<string, unknown>> } = {},
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const payload = {
    iss: "https://issuer.example",
    aud: "tasker",
    sub: "ada",
    iat: seconds,
    exp: seconds + 300,
    ...claims,
  };
  const alg = key instanceof Uint8Array ? "HS256" : key.alg;
  const kid = key instanceof Uint8Array ? {} : { kid: key.kid };
  return new SignJWT(payload)
    .setProtectedHeader({ alg, ...kid, ...header })
    .sign(key instanceof Uint8Array ? key : key.privateKey);
}

/** An address at which an issuer gives its public keys. */
export interface KeyServer {
  readonly url: string;
  /** How often it was asked. */
  asked(): number;
  /** What it answers from now on: keys, or a status and a text. */
  answer(keys: readonly SigningKey[] | { readonly status: number; readonly text: string }): Promise<void>;
  close(): Promise<void>;
}

/** Serves public keys on this machine. */
export async function serveKeys(keys: readonly SigningKey[]): Promise<KeyServer> {
  let asked = 0;
  let reply = { status: 200, text: "" };
  const answer: KeyServer["answer"] = async (given) => {
    if ("status" in given) {
      reply = given;
      return;
    }
    const list = given.map(async ({ publicKey, kid, alg }) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg,
      use: "sig",
    }));
    reply = { status: 200, text: JSON.stringify({ keys: await Promise.all(list) }) };
  };
  await answer(keys);
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(reply.status, { "content-type": "application/json" }).end(reply.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    asked: () => asked,
    answer,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
