import { UnreadableValueError } from "../../errors/index.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { isEnvelope } from "../../secrets/envelope.ts";
import { Redaction } from "../../secrets/redaction.ts";
import { readAddedStepName } from "../../templates/added-step-name.ts";
import type { Encryption, ValuePlace } from "../../vault/encryption.ts";

/** What decides how contexts, inputs and results are shown. */
export interface Protection {
  /** Places that are not shown, besides those that templates name. */
  readonly redact: readonly string[];
  /** Decrypts what is encrypted; null: it is shown as it is stored. */
  readonly encryption: Encryption | null;
}

/** Nothing is hidden but what templates say, and nothing is decrypted. */
export const NO_PROTECTION: Protection = { redact: [], encryption: null };

/** What a task's own protection is, as the statements of the read side select it. */
export interface ProtectionRow {
  readonly seal: string | null;
  /** `redact` of the definition that the task runs: a list of paths. */
  readonly redact: unknown;
}

/** How the values of one task are shown: decrypted, as far as there is a key for them, without what is to be hidden. */
export class TaskProtection {
  readonly #encryption: Encryption | null;
  readonly #seal: string;
  readonly #redaction: Redaction;

  constructor({ redact, encryption }: Protection, own: ProtectionRow) {
    this.#encryption = encryption;
    this.#seal = own.seal ?? "";
    const ofTemplate = Array.isArray(own.redact) ? own.redact.filter((path) => typeof path === "string") : [];
    this.#redaction = new Redaction([...redact, ...ofTemplate]);
  }

  context(value: unknown): JsonValue {
    return value === null ? null : this.#redaction.context(this.#open(value, "context", null));
  }

  /** @param step name of the step in its task */
  inputs(step: string, value: unknown): JsonValue {
    return value === null ? null : this.#redaction.inputs(nameInDefinition(step), this.#open(value, "inputs", step));
  }

  /** @param step name of the step in its task */
  results(step: string, value: unknown): JsonValue {
    return value === null ? null : this.#redaction.results(nameInDefinition(step), this.#open(value, "results", step));
  }

  #open(value: unknown, column: ValuePlace["column"], step: string | null): JsonValue {
    if (this.#encryption !== null && isEnvelope(value)) {
      try {
        return JSON.parse(this.#encryption.open(value, { seal: this.#seal, column, step }));
      } catch (error) {
        if (!(error instanceof UnreadableValueError)) throw error;
      }
    }
    return value as JsonValue;
  }
}

function nameInDefinition(step: string): string {
  const added = readAddedStepName(step);
  return added?.kind === "instance" ? added.of : step;
}
