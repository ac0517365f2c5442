import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { JsonObject } from "../json/json-value.ts";
import { KnownSecrets } from "../secrets/known-secrets.ts";
import { holdsReferences, type Reference, resolveReferences } from "../secrets/reference.ts";

/** Largest file that a reference may lead to, in bytes. */
const MOST_BYTES = 65_536;

/** Where references lead. */
export interface SecretSourceOptions {
  /** Default: the environment variables of the process, as they are when they are read. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Where values are remembered, to be masked. Default: a place of its own. */
  readonly known?: KnownSecrets;
}

/**
 * Finds the values of references in the environment and in files. Both are read anew at each use, so that a value that was
 * changed counts from the next use on; a file is read without the one line end that it may have at its end.
 */
export class SecretSource {
  /** The values that were found. */
  readonly known: KnownSecrets;
  readonly #variables: Readonly<Record<string, string | undefined>>;
  /** Of configurations that were seen, whether they hold references. */
  readonly #asked = new WeakMap<JsonObject, boolean>();

  constructor({ variables = process.env, known = new KnownSecrets() }: SecretSourceOptions = {}) {
    this.#variables = variables;
    this.known = known;
  }

  /** The value of a reference, which is remembered; null if there is none. */
  readonly lookUp = (reference: Reference): string | null => {
    const value = reference.kind === "env" ? (this.#variables[reference.name] ?? null) : readSecretFile(reference.name);
    if (value !== null) this.known.add(value);
    return value;
  };

  /**
   * A configuration with the values of its references; itself if it has none.
   * @param place where it stands, for messages: `handler_config of step charge`
   * @throws SecretReferenceError that names the place and the reference
   */
  resolve(config: JsonObject, place: string): JsonObject {
    let isAsked = this.#asked.get(config);
    if (isAsked === undefined) {
      isAsked = holdsReferences(config);
      this.#asked.set(config, isAsked);
    }
    return isAsked ? (resolveReferences(config, this.lookUp, place) as JsonObject) : config;
  }
}

/** The text of a file; null if it cannot be read, or is too large. */
function readSecretFile(path: string): string | null {
  let file: number | null = null;
  try {
    // A pipe would be waited for.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) return null;
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return length > MOST_BYTES ? null : bytes.toString("utf8", 0, length).replace(/\r?\n$/, "");
  } catch {
    // no such file, or none that may be read: the caller says which reference led there
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
