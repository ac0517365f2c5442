import type { ActionOrigin } from "../../actions/check-request.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import { taskOption } from "../../config/option-place.ts";
import { OPTION_CATALOGUE } from "../../config/options/option-catalogue.ts";
import type { Database } from "../../database/database.ts";
import { ConfigurationError, StaleVersionError } from "../../errors/index.ts";
import { holdsReferences } from "../../secrets/reference.ts";
import { describeOption } from "../describe-option.ts";
import { type ConfigurationSources, readConfiguration } from "../load-configuration.ts";
import { refusal } from "../violation.ts";
import { readStored, storedLayer } from "./read-stored.ts";
import { lockSettings, writeSetting } from "./settings-statements.ts";

/** Who sets an option, and when. */
export interface StoredBy extends ActionOrigin {
  readonly actor: string;
  readonly at: Date;
}

/** A change of an option in the database. */
export interface OptionChange {
  /** Such as `cache.default_ttl`. */
  readonly path: string;
  /** Undefined: the option is unset, and what other sources say counts again. */
  readonly value: unknown;
  /** Version of the options in the database that is to be changed. Default: whatever it is. */
  readonly expectedVersion?: number | undefined;
}

/**
 * Sets or unsets an option for all processes on a database. The configuration that this process would have with it, from all
 * other sources that it has, is checked first. In one transaction with its row of the audit log; values of options that are secret
 * are not written there.
 * @throws ConfigurationError if there is no such option, it cannot change in running processes, or the configuration would be
 *   wrong with it, or the value refers to a file or a variable: then nothing is changed
 * @throws StaleVersionError if the options in the database have another version than is expected
 */
export async function storeOption(
  database: Pick<Database, "transaction">,
  { path, value, expectedVersion }: OptionChange,
  by: StoredBy,
  sources: ConfigurationSources = {},
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.execute(lockSettings);
    const { version, values } = await readStored(transaction);
    const isLeftOver = value === undefined && values.has(path) && !isOption(path);
    if (!isLeftOver) requireDynamic(path);
    requirePlain(path, value);
    requireVersion(expectedVersion, version);
    const before = values.get(path);
    const changed = new Map(values);
    if (value === undefined) changed.delete(path);
    else changed.set(path, value);
    if (!isLeftOver) {
      const { violations } = await readConfiguration({ ...sources, stored: storedLayer(changed) });
      if (violations.length > 0) throw refusal(violations);
    }
    await transaction.run(writeSetting, [path, value === undefined ? null : value, by.actor, by.at]);
    const isSecret = OPTION_CATALOGUE.get(path)?.secret === true;
    await recordAudit(transaction, {
      ...by,
      action: value === undefined ? "config.unset" : "config.set",
      resource: "tasker.configuration",
      resourceId: path,
      details: isSecret ? {} : { from: before ?? null, to: value ?? null },
    });
  });
}

function requireVersion(expected: number | undefined, version: number): void {
  if (expected === undefined || expected === version) return;
  throw new StaleVersionError(`the options in the database have the version ${version}, expected ${expected}`, {
    context: { value: version, expected },
  });
}

/** Whether this release has such an option; one that another release has set may be unset. */
function isOption(path: string): boolean {
  return OPTION_CATALOGUE.has(taskOption(path)?.option ?? path);
}

/** Every process would look where a reference leads, and tell whoever sets the option whether there is something. */
function requirePlain(path: string, value: unknown): void {
  if (!holdsReferences(value)) return;
  throw new ConfigurationError(
    `${path} refers to a file or a variable, expected the value itself: references are for files`,
    {
      context: { option: path, expected: "a value without references" },
    },
  );
}

function requireDynamic(path: string): void {
  if (describeOption(path).dynamic) return;
  const expected = "an option that can change in running processes; set this one in a file or a variable";
  throw new ConfigurationError(`${path} takes effect at the next start, expected ${expected}`, {
    context: { option: path, value: path, expected },
  });
}
