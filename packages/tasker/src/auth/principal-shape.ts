import { z } from "zod";
import type { Principal } from "./principal.ts";

const name = z.string().min(1).max(255);
const names = z.array(name).max(200);

/** Shape of a principal that comes from outside: of a class of the user's, or of a stored session. */
export const PrincipalShape = z.object({
  id: name,
  kind: z.enum(["token", "user", "anonymous"]),
  name,
  roles: names.default([]),
  permissions: names.default([]),
  namespaces: z.union([z.literal("all"), names]),
  tokenId: z.int().positive().optional(),
  expiresAt: z.date().optional(),
});

/** A copy of a principal that nobody can change. */
export function freezePrincipal(principal: Principal): Principal {
  const { roles, permissions, namespaces } = principal;
  return Object.freeze({
    ...principal,
    roles: Object.freeze([...roles]),
    permissions: Object.freeze([...permissions]),
    namespaces: namespaces === "all" ? namespaces : Object.freeze([...namespaces]),
  });
}

/** A value as a principal, frozen; null if it is none. */
export function readPrincipal(value: unknown): Principal | null {
  const parsed = PrincipalShape.safeParse(value);
  if (!parsed.success) return null;
  const { tokenId, expiresAt, ...rest } = parsed.data;
  return freezePrincipal({
    ...rest,
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}
