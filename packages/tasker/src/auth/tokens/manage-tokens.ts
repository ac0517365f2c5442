import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Connection, Database } from "../../database/database.ts";
import { TokenNotFoundError } from "../../errors/index.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type ApiToken, toApiToken } from "./api-token.ts";
import { checkNewToken, type NewToken } from "./check-new-token.ts";
import { hashSecret, newToken } from "./token-secret.ts";
import { insertToken, retireToken, revokeTokenRow, selectTokenById, selectTokens } from "./token-statements.ts";

/** A token that was made. */
export interface MadeToken {
  readonly token: ApiToken;
  /** What its holder sends: `Authorization: Bearer <secret>`. Not stored, so that it is shown this once or never. */
  readonly secret: string;
}

/** Options of {@link rotateToken}. */
export interface RotationOptions {
  /** How long the old token still counts, in milliseconds, 0 or more. Default: 24 hours. */
  readonly overlapMs?: number;
  readonly clock?: Clock;
}

const DAY_MS = 86_400_000;

/**
 * Makes an API token. Whether whoever makes it may give away what it can is asked before: `beyondGranter`.
 * @throws InvalidRequestError
 */
export async function createToken(
  database: Database,
  wanted: NewToken,
  by: AuditActor,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<MadeToken> {
  const now = new Date(clock.now());
  checkNewToken(wanted, now.getTime());
  return database.transaction(async (transaction) => {
    const made = await insert(transaction, wanted, by, now, null);
    await recordAudit(transaction, { ...entryOf(made.token, by, now), action: "token.create" });
    return made;
  });
}

/** All API tokens, newest first, those that count no more too. */
export function listTokens(connection: Connection): Promise<readonly ApiToken[]> {
  return readTokens(connection, {});
}

/** Which tokens; what is absent limits nothing. */
export interface TokenFilter {
  /** Only those with lesser ids: to read on. */
  readonly before?: number | undefined;
  /** Most tokens. */
  readonly limit?: number | undefined;
}

/** API tokens, newest first, those that count no more too. */
export async function readTokens(connection: Connection, filter: TokenFilter): Promise<readonly ApiToken[]> {
  return (await connection.run(selectTokens, [filter.before ?? null, filter.limit ?? null])).map(toApiToken);
}

/** One API token. @throws TokenNotFoundError */
export async function findToken(connection: Connection, id: number): Promise<ApiToken> {
  const [row] = await connection.run(selectTokenById, [id]);
  if (row === undefined) throw new TokenNotFoundError(`there is no token ${id}`, { context: { id } });
  return toApiToken(row);
}

/**
 * Revokes a token: it counts no more, in this process and in others within the seconds for which they keep what they read.
 * @throws TokenNotFoundError also if it is revoked already
 */
export async function revokeToken(
  database: Database,
  id: number,
  by: AuditActor,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<ApiToken> {
  const now = new Date(clock.now());
  return database.transaction(async (transaction) => {
    const [row] = await transaction.run(revokeTokenRow, [id, now]);
    if (row === undefined) throw notFound(id, "that is not revoked");
    const token = toApiToken(row);
    await recordAudit(transaction, { ...entryOf(token, by, now), action: "token.revoke" });
    return token;
  });
}

/**
 * Makes a token that can what another one can and lasts as long as that one was made to last; the old one counts for the overlap
 * still.
 * @throws TokenNotFoundError if the old one is revoked or expired
 */
export async function rotateToken(
  database: Database,
  id: number,
  by: AuditActor,
  { overlapMs = DAY_MS, clock = systemClock }: RotationOptions = {},
): Promise<MadeToken> {
  const now = new Date(clock.now());
  return database.transaction(async (transaction) => {
    const [row] = await transaction.run(retireToken, [id, now, new Date(now.getTime() + overlapMs)]);
    if (row === undefined) throw notFound(id, "that is neither revoked nor expired");
    const old = toApiToken(row);
    const lasts = old.expiresAt === null ? null : old.expiresAt.getTime() - old.createdAt.getTime();
    const expiresAt = lasts === null ? null : new Date(now.getTime() + lasts);
    const made = await insert(transaction, { ...old, expiresAt }, by, now, id);
    await recordAudit(transaction, { ...entryOf(made.token, by, now), action: "token.rotate" });
    return made;
  });
}

async function insert(
  transaction: Connection,
  { name, roles = [], permissions = [], namespaces = "all", expiresAt = null }: NewToken,
  by: AuditActor,
  now: Date,
  rotatedFrom: number | null,
): Promise<MadeToken> {
  const { prefix, token: secret } = newToken();
  const scope = namespaces === "all" ? null : namespaces;
  const [row] = await transaction.run(insertToken, [
    ...([name, prefix, hashSecret(secret), roles, permissions, scope, by.actor, now, expiresAt, rotatedFrom] as const),
  ]);
  if (row === undefined) throw new RangeError("an insert gave no row");
  return { token: toApiToken(row), secret };
}

function entryOf(token: ApiToken, by: AuditActor, at: Date) {
  const { id, name, prefix, roles, permissions, namespaces, expiresAt, rotatedFrom } = token;
  const details = { name, prefix, roles, permissions, namespaces, expires_at: expiresAt, rotated_from: rotatedFrom };
  return { ...by, at, resource: "tasker.token", resourceId: id, details };
}

function notFound(id: number, which: string): TokenNotFoundError {
  return new TokenNotFoundError(`there is no token ${id} ${which}`, { context: { id } });
}
