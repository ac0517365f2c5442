import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MigrationError } from "../errors/index.ts";

/** One numbered change of the schema. */
export interface Migration {
  /** 1 and up, without gaps. */
  readonly number: number;
  /** The file's name without number and ending. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
  /**
   * A table, or a function with the types of its arguments, whose presence means that another engine has made this part
   * of the schema: the migration is then recorded without being run. Written in the file's first line as
   * `-- made elsewhere if exists: <table>` or `-- made elsewhere if exists: <function>(<type>, ...)`.
   */
  readonly madeElsewhereIf: string | null;
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const MADE_ELSEWHERE = /^-- made elsewhere if exists: ([a-z0-9_]+(?:\([a-z0-9_[\], ]*\))?)\n/;

/**
 * The migrations of this release, in order: the files `NNNN_name.sql` of a directory.
 * @param directory default: `migrations` beside this module, in the sources and in the build alike
 * @throws MigrationError if a name does not fit, or a number is missing or used twice
 */
export function readMigrations(directory = fileURLToPath(new URL("migrations", import.meta.url))): Migration[] {
  const files = readdirSync(directory).filter((file) => file.endsWith(".sql"));
  return files.sort().map((file, index) => {
    const [, digits, name] = FILE_NAME.exec(file) ?? [];
    const number = Number(digits);
    if (name === undefined || number !== index + 1) {
      throw new MigrationError(`Migration file ${file} should be number ${index + 1}, as NNNN_name.sql`, {
        context: { field: "file", value: file, expected: `${String(index + 1).padStart(4, "0")}_name.sql` },
      });
    }
    const sql = readFileSync(`${directory}/${file}`, "utf8");
    const checksum = createHash("sha256").update(sql).digest("hex");
    return { number, name, sql, checksum, madeElsewhereIf: MADE_ELSEWHERE.exec(sql)?.[1] ?? null };
  });
}
