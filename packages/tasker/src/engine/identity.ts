import { createHash, randomUUID } from "node:crypto";

/**
 * The identity of a task: the value of the unique column `identity_hash`.
 *
 * With an idempotency key: lower-case hex SHA-256 of namespace, name and key, so that two requests of one template with one
 * key are one task, whatever version they ask for. Without: a random UUID, no two requests are the same.
 */
export function identityHash(namespace: string, name: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomUUID();
  return createHash("sha256")
    .update(JSON.stringify([namespace, name, idempotencyKey]))
    .digest("hex");
}
