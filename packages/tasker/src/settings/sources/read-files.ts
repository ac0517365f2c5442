import { dirname, join, relative, resolve } from "node:path";
import { readText } from "../../template-files/read-text.ts";
import type { Layer } from "../origin.ts";
import { type SourceViolation, violationAt } from "../violation.ts";
import type { Surroundings } from "./conditions.ts";
import { type ExtendedFile, fileLayers } from "./file-layers.ts";
import { readYamlFile } from "./yaml-layer.ts";

/** Files that are looked for when none is named, the first one first. */
const USUAL_FILES = ["tasker.yaml", "config/tasker.yaml"];

/** Which files are read. */
export interface FileChoice {
  /** Absolute path that relative ones start from. */
  readonly cwd: string;
  /** The base file. Default: `tasker.yaml` or `config/tasker.yaml`, if there is one. */
  readonly file?: string | undefined;
}

/** What files say. */
export interface FileReading {
  /** In the order in which they count, the last most. */
  readonly layers: readonly Layer[];
  /** What was read and does not count here. */
  readonly idle: readonly Layer[];
  readonly violations: readonly SourceViolation[];
  /** Absolute paths of the files that were read, and of those that would have been if they were there. */
  readonly files: readonly string[];
}

/**
 * Reads the base file, what it extends (below it), the file of the environment beside it, and its conditional blocks (above
 * all). Never throws: what is wrong is listed.
 */
export async function readFiles(choice: FileChoice, around: Surroundings): Promise<FileReading> {
  const reading = new Reading(choice.cwd, around);
  const named = choice.file === undefined ? USUAL_FILES : [choice.file];
  for (const file of named) {
    const path = resolve(choice.cwd, file);
    if (await reading.readBase(path, choice.file !== undefined)) break;
  }
  return reading;
}

class Reading implements FileReading {
  readonly layers: Layer[] = [];
  readonly idle: Layer[] = [];
  readonly violations: SourceViolation[] = [];
  readonly files: string[] = [];
  readonly #cwd: string;
  readonly #around: Surroundings;

  constructor(cwd: string, around: Surroundings) {
    this.#cwd = cwd;
    this.#around = around;
  }

  /** @returns false if there is no such file */
  async readBase(path: string, isNamed: boolean): Promise<boolean> {
    const base = await this.#read(path, isNamed ? "a configuration in YAML" : null, []);
    if (base === null) return isNamed;
    const environment = this.#around.environment.replace(/[^\w.-]/g, "_");
    const beside = join(dirname(path), `tasker.${environment}.yaml`);
    const own = await this.#read(beside, null, [path]);
    this.layers.push(...base.layers, ...(own?.layers ?? []), ...base.conditional, ...(own?.conditional ?? []));
    return true;
  }

  /**
   * @param expected for the message if there is no such file; null: then nothing is said
   * @param above files that are being read because of which this one is
   */
  async #read(path: string, expected: string | null, above: readonly string[]) {
    this.files.push(path);
    const name = relative(this.#cwd, path);
    const text = await readText(path, expected ?? "");
    if (typeof text !== "string") {
      const isMissing = text.message.startsWith("found no such file");
      if (expected === null && isMissing) return null;
      this.violations.push({ source: name, path: "", value: undefined, expected: text.message });
      return { layers: [], conditional: [] };
    }
    const file = readYamlFile(text, name, this.violations);
    if (file === null) return { layers: [], conditional: [] };
    const { extended, base, conditional, idle } = fileLayers(file, this.#around, this.violations);
    this.idle.push(...idle);
    const layers: Layer[] = [];
    for (const each of extended) {
      if ("values" in each) layers.push(each);
      else layers.push(...(await this.#readExtended(each, path, [...above, path])));
    }
    return { layers: [...layers, ...base], conditional };
  }

  async #readExtended(
    { file, origin }: ExtendedFile,
    from: string,
    above: readonly string[],
  ): Promise<readonly Layer[]> {
    const path = resolve(dirname(from), file);
    const refuse = (expected: string) => {
      this.violations.push(violationAt(origin, { option: "extends", value: file, expected }));
      return [];
    };
    if (above.includes(path)) return refuse("a file that does not extend this one");
    const read = await this.#read(path, null, above);
    return read === null ? refuse("a file that is there") : [...read.layers, ...read.conditional];
  }
}
