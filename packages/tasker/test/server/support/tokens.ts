import { expect } from "vitest";
import { createToken } from "../../../src/auth/tokens/manage-tokens.ts";
import type { AuthSettings } from "../../../src/config/auth-config.ts";
import type { Database } from "../../../src/database/database.ts";

/** Settings with which only those with a token may do something. */
export const WITH_TOKENS: AuthSettings = {
  authentication_enabled: true,
  authorization_enabled: true,
  authenticator_class: "tokens",
};

/** Makes a token; without namespaces it counts for all of them. */
export async function makeToken(
  database: Database,
  permissions: readonly string[],
  namespaces?: readonly string[],
): Promise<string> {
  const by = { actor: "test", actorKind: "system", source: "test" } as const;
  const wanted = { name: "t", permissions: [...permissions] };
  const { secret } = await createToken(
    database,
    namespaces === undefined ? wanted : { ...wanted, namespaces: [...namespaces] },
    by,
  );
  return secret;
}

/** Checks that nobody on the way keeps what is answered. */
export async function expectNotKept(url: string): Promise<void> {
  const { headers } = await ask(url);
  const told = ["cache-control", "pragma", "expires"].map((name) => headers.get(name));
  expect(told).toEqual(["no-cache, no-store, must-revalidate", "no-cache", "0"]);
}

/** What is answered to somebody with a token, or without one. */
export async function ask(url: string, token: string | null = null, init: RequestInit = {}) {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const body: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}
