import type { TaskActions } from "../actions/task-actions.ts";
import type { Auth } from "../auth/auth.ts";
import type { Clock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { Log } from "../engine/options.ts";
import type { LiveEvents } from "../live/live-events.ts";
import type { Encryption } from "../vault/encryption.ts";

/** What the API reads and acts with. */
export interface GraphqlParts {
  readonly database: Database;
  /** Creates tasks, and does to them what operators ask for. */
  readonly engine: Pick<Engine, "submit" | "signal"> & { readonly actions: TaskActions };
  readonly auth: Auth;
  /** Tells subscriptions what happens. */
  readonly live: Pick<LiveEvents, "open">;
  /** Told what went wrong inside. */
  readonly log: Log;
  readonly clock: Clock;
  /** Places that are not shown, besides those that templates name. Default: none. */
  readonly redact?: readonly string[];
  /** Decrypts what is encrypted. Default: it is shown as it is stored. */
  readonly encryption?: Encryption | null;
}
