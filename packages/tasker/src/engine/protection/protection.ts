import type { JsonValue } from "../../json/json-value.ts";
import { Redaction } from "../../secrets/redaction.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { Encryption, type EncryptionSettings } from "../../vault/encryption.ts";
import { SecretSource } from "../../vault/secret-source.ts";
import type { Log } from "../options.ts";
import type { FailureFacts, Outcome } from "../outcome.ts";
import { StoredJson } from "../stored-json.ts";
import type { TaskRun } from "../task-run.ts";

/** How an engine keeps secrets. */
export interface ProtectionOptions {
  readonly secrets?: SecretSource | undefined;
  readonly redact?: readonly string[] | undefined;
  readonly encryption?: Encryption | EncryptionSettings | undefined;
}

/** What an engine keeps from being stored and shown. */
export class Protection {
  /** Where references lead. */
  readonly secrets: SecretSource;
  /** Null: nothing is encrypted. */
  readonly encryption: Encryption | null;
  readonly #redact: readonly string[];
  readonly #redactions = new WeakMap<TaskDefinition, Redaction | null>();

  /** @throws ConfigurationError if a key is none */
  constructor({ secrets = new SecretSource(), redact = [], encryption }: ProtectionOptions) {
    this.secrets = secrets;
    this.encryption =
      encryption === undefined || encryption instanceof Encryption ? (encryption ?? null) : new Encryption(encryption);
    this.#redact = redact;
  }

  /** What is hidden of tasks with this definition: what the engine's option and the template name. Null: nothing. */
  redactionOf(definition: TaskDefinition): Redaction | null {
    const known = this.#redactions.get(definition);
    if (known !== undefined) return known;
    const paths = [...this.#redact, ...definition.redact];
    const redaction = paths.length === 0 ? null : new Redaction(paths);
    this.#redactions.set(definition, redaction);
    return redaction;
  }

  /** What a step's attempt came to, without what is redacted, and with the values of secrets masked in its error. */
  protect(run: TaskRun, stepName: string, outcome: Outcome): Outcome {
    const redaction = this.redactionOf(run.compiled.definition);
    if (outcome.kind === "failure") return { ...outcome, failure: this.#hide(outcome.failure, redaction) };
    if (outcome.kind !== "success" || redaction === null) return outcome;
    // What runs for an item has the name of the step in its definition.
    const name = run.compiled.stepNamed.get(stepName)?.name ?? stepName;
    if (!redaction.hidesResults(name)) return outcome;
    return { ...outcome, results: StoredJson.of(redaction.results(name, outcome.results.value as JsonValue)) };
  }

  #hide(failure: FailureFacts, redaction: Redaction | null): FailureFacts {
    const { known } = this.secrets;
    if (known.isEmpty && redaction === null) return failure;
    const { message, backtrace, details } = failure;
    const masked = {
      message: known.mask(message),
      backtrace: known.mask(backtrace),
      details: (details === null ? null : known.maskFacts(details.value)) as JsonValue,
    };
    const shown = redaction === null ? masked : redaction.error(masked);
    return { ...failure, ...shown, details: shown.details === null ? null : StoredJson.of(shown.details) };
  }
}

/** A log whose lines have the known values of secrets masked. */
export function maskingLog(log: Log, { known }: SecretSource): Log {
  const at = (level: keyof Log) => (facts: object, message: string) => {
    if (known.isEmpty) log[level](facts, message);
    else log[level](Object(known.maskFacts(facts)), known.mask(message));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
