import { optionPlace } from "../../config/option-place.ts";
import type { Connection } from "../../database/database.ts";
import { mergeValues } from "../merge-values.ts";
import { type Layer, layerOf } from "../origin.ts";
import { selectSettings } from "./settings-statements.ts";

/** Options that are set in the database. */
export interface StoredOptions {
  /** Greater after each change; 0: there never was one. */
  readonly version: number;
  readonly values: ReadonlyMap<string, unknown>;
}

/** Reads the options that are set in the database. */
export async function readStored(connection: Connection): Promise<StoredOptions> {
  const rows = await connection.run(selectSettings, []);
  const values = rows.flatMap(({ path, value }): [string, unknown][] => (path === null ? [] : [[path, value]]));
  return { version: rows[0]?.version ?? 0, values: new Map(values) };
}

/** Options by their paths as a layer of a configuration. */
export function storedLayer(values: ReadonlyMap<string, unknown>): Layer {
  const nested = [...values].reduce<Readonly<Record<string, unknown>>>(
    (all, [path, value]) => mergeValues(all, nest(path, value)),
    {},
  );
  return layerOf(nested, { kind: "database", source: "database" });
}

/** An option as it stands in sections: `cache.default_ttl` becomes `{ cache: { default_ttl } }`. */
function nest(path: string, value: unknown): Readonly<Record<string, unknown>> {
  return Object(optionPlace(path).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value));
}
