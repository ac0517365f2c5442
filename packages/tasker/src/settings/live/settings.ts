import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Configuration } from "../../config/configuration.ts";
import type { Connection } from "../../database/database.ts";
import {
  type ConfigurationReading,
  type ConfigurationSources,
  type LoadedConfiguration,
  readConfiguration,
} from "../load-configuration.ts";
import { readStored, storedLayer } from "../stored/read-stored.ts";
import { selectSettingsVersion } from "../stored/settings-statements.ts";
import { refusal, type SourceViolation } from "../violation.ts";
import { compare } from "./compare.ts";
import { fileSignature } from "./file-signature.ts";

/** What {@link openSettings} takes. */
export interface SettingsOptions extends Omit<ConfigurationSources, "stored"> {
  /** Its table of settings is one of the sources. Default: none. */
  readonly database?: Connection;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Milliseconds between looks at files and database. Default: 500. */
  readonly lookEveryMs?: number;
}

/** What a look came to. */
export type SettingsNews =
  /** A new configuration is in force. `pending`: what else has changed and takes effect at the next start. */
  | {
      readonly kind: "changed";
      readonly loaded: LoadedConfiguration;
      readonly changed: readonly string[];
      readonly pending: readonly string[];
      /** What made it differ: files, or nothing but the database. */
      readonly cause: "files" | "database";
    }
  /** What is there now is wrong: everything stays as it was. */
  | { readonly kind: "refused"; readonly violations: readonly SourceViolation[] }
  /** The database could not be read, or a schema of a plugin failed: what was known goes on. */
  | { readonly kind: "unread"; readonly error: unknown };

/**
 * The configuration of a running process: it follows its files and its database, and takes over what is right, all of it or
 * nothing. Open it with {@link openSettings}.
 */
export class Settings {
  readonly #options: SettingsOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<(news: SettingsNews) => void>();
  #loaded: LoadedConfiguration;
  /** What was in force when it was opened, until somebody listens. */
  #unheard: Configuration | null;
  #files: readonly string[];
  /** Null: it is not known of which files the configuration is. */
  #signature: string | null = null;
  #version: number;
  #stored: ReadonlyMap<string, unknown>;
  #told = "";
  #work: Promise<void> = Promise.resolve();
  #cancel: () => void = () => {};
  #isOpen = true;

  /** @internal */
  constructor(options: SettingsOptions, start: Start) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    ({ loaded: this.#loaded, files: this.#files } = start);
    this.#unheard = start.loaded.document;
    ({ version: this.#version, values: this.#stored } = start);
    this.#lookLater();
  }

  /** The configuration in force, frozen. */
  get current(): Configuration {
    return this.#loaded.document;
  }

  /** The configuration in force, with the origins of its values. */
  get loaded(): LoadedConfiguration {
    return this.#loaded;
  }

  /**
   * Tells what looks come to, until the returned function is called. Looks that find nothing new are not told. The first listener is
   * told at once what has changed before it was there.
   */
  onNews(listener: (news: SettingsNews) => void): () => void {
    this.#listeners.add(listener);
    const changed = this.#unheard === null ? [] : compare(this.#unheard, this.current).changed;
    this.#unheard = null;
    if (changed.length > 0) {
      const isStored = changed.every((path) => this.#loaded.origin(path).kind === "database");
      listener({ kind: "changed", loaded: this.#loaded, changed, pending: [], cause: isStored ? "database" : "files" });
    }
    return () => this.#listeners.delete(listener);
  }

  /** Looks now instead of at the next look. */
  reload(): Promise<void> {
    return this.#lookNext(true);
  }

  /** Ends looking. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancel();
    await this.#work;
  }

  #lookLater(): void {
    if (!this.#isOpen) return;
    const again = () => this.#lookLater();
    this.#cancel = this.#clock.after(this.#options.lookEveryMs ?? 500, () => {
      this.#lookNext(false).then(again, again);
    });
  }

  /** Looks after the look that is under way. */
  #lookNext(isAsked: boolean): Promise<void> {
    const look = this.#work.then(() => this.#look(isAsked));
    // One that fails, by a listener that throws, is not the last one.
    this.#work = look.catch(() => undefined);
    return look;
  }

  async #look(isAsked: boolean): Promise<void> {
    const signature = await fileSignature(this.#files);
    const hasNewRows = await this.#readRows();
    if (!isAsked && !hasNewRows && signature === this.#signature) return;
    const cause = hasNewRows && (signature === this.#signature || this.#signature === null) ? "database" : "files";
    this.#signature = signature;
    const reading = await readConfiguration({ ...this.#options, stored: storedLayer(this.#stored) }).catch(
      (error: unknown) => this.#tell({ kind: "unread", error }, `unread ${String(error)}`),
    );
    if (reading === undefined) return;
    this.#files = reading.files;
    this.#take(reading, cause);
  }

  /** @returns whether the database has others than before */
  async #readRows(): Promise<boolean> {
    const { database } = this.#options;
    if (database === undefined) return false;
    try {
      const [row] = await database.run(selectSettingsVersion, []);
      if ((row?.version ?? 0) === this.#version) return false;
      ({ version: this.#version, values: this.#stored } = await readStored(database));
      return true;
    } catch (error) {
      this.#tell({ kind: "unread", error }, `unread ${String(error)}`);
      return false;
    }
  }

  #take({ loaded, violations }: ConfigurationReading, cause: "files" | "database"): void {
    if (loaded === null) {
      this.#tell({ kind: "refused", violations }, refusal(violations).message);
      return;
    }
    const { document, changed, pending } = compare(this.#loaded.document, loaded.document);
    this.#loaded = { ...loaded, document };
    if (changed.length > 0 || pending.length === 0) this.#told = "";
    const news = { kind: "changed", loaded: this.#loaded, changed, pending, cause } as const;
    if (changed.length + pending.length > 0) this.#tell(news, pending.join());
  }

  /** @param text what is told under the same text again is not told; empty: always */
  #tell(news: SettingsNews, text: string): void {
    if (text !== "" && text === this.#told) return;
    this.#told = text;
    for (const listener of this.#listeners) listener(news);
  }
}

interface Start {
  readonly loaded: LoadedConfiguration;
  readonly files: readonly string[];
  readonly version: number;
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Reads a configuration from all of its sources and follows them until it is closed.
 * @throws ConfigurationError that lists everything that is wrong
 * @throws DatabaseUnavailableError, DatabaseStatementError
 */
export async function openSettings(options: SettingsOptions = {}): Promise<Settings> {
  const { database } = options;
  const stored = database === undefined ? { version: 0, values: new Map() } : await readStored(database);
  const { loaded, violations, files } = await readConfiguration({ ...options, stored: storedLayer(stored.values) });
  if (loaded === null) throw refusal(violations);
  return new Settings(options, { loaded, files, ...stored });
}
