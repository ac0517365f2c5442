import type { Admission } from "../auth/auth.ts";
import { ownerOf } from "../auth/authorization/authorization-context.ts";
import type { Connection } from "../database/database.ts";
import { RequestAccess } from "./access/request-access.ts";
import type { GraphqlLimits } from "./limits/limits.ts";
import { QueryBudget } from "./limits/query-budget.ts";
import { type Loaders, makeLoaders } from "./loaders/loaders.ts";
import { pacedConnection } from "./loaders/paced-connection.ts";
import { Pages } from "./loaders/pages.ts";
import { ProtectedValues } from "./loaders/protected-values.ts";
import type { GraphqlParts } from "./parts.ts";

/** Whom an operation comes from, and what that one may do. */
export interface Caller extends Admission {
  /** Of the network; null if it is not known. */
  readonly address: string | null;
  /** By which logs and answers name the request. */
  readonly requestId: string;
  /** The position of the last event that a client was told who comes back; null: it does not. */
  readonly lastEventId?: string | null;
  /** Called when a subscription has told its last, which need not have been taken; not if its client ended it. */
  readonly onStreamEnd?: () => void;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

interface Readers {
  readonly loaders: Loaders;
  readonly pages: Pages;
  readonly values: ProtectedValues;
}

/** What the fields of one operation are resolved with. */
export class GraphqlContext {
  readonly parts: GraphqlParts;
  readonly limits: GraphqlLimits;
  readonly caller: Caller;
  readonly access: RequestAccess;
  /** What is read is read with it. */
  readonly database: Connection;
  readonly #budget: QueryBudget;
  #readers: Readers;

  /** @param budget of the request; default: one of its own */
  constructor(
    parts: GraphqlParts,
    limits: GraphqlLimits,
    caller: Caller,
    budget = new QueryBudget(limits, caller.signal),
  ) {
    this.parts = parts;
    this.limits = limits;
    this.caller = caller;
    this.access = new RequestAccess(caller.access);
    this.#budget = budget;
    this.database = pacedConnection(parts.database, budget);
    this.#readers = this.#makeReaders();
  }

  get loaders(): Loaders {
    return this.#readers.loaders;
  }

  get pages(): Pages {
    return this.#readers.pages;
  }

  get values(): ProtectedValues {
    return this.#readers.values;
  }

  /** @throws the reason why nobody waits for the answer any more */
  checkWanted(): void {
    this.#budget.checkWanted();
  }

  /** Forgets what was read: something was written since. */
  refresh(): void {
    this.#readers = this.#makeReaders();
  }

  #makeReaders(): Readers {
    const { database } = this;
    const { owner } = this.parts.auth.policy;
    const ownerKey = owner?.contextKey;
    const loaders = makeLoaders({
      database,
      budget: this.#budget,
      ownerOf: (context) => (ownerKey === undefined ? null : ownerOf(context, ownerKey)),
    });
    return {
      loaders,
      pages: new Pages(database, loaders, this.limits, this.#budget),
      values: new ProtectedValues({ ...this.parts, database }, loaders, this.#budget),
    };
  }
}
