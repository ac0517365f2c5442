import { z } from "zod";
import { EXECUTION_PRESETS } from "../../config/execution-presets.ts";
import { filled } from "../../config/rules.ts";
import { KNOWN_KEY, type Place, placeText, violationsOf } from "../../config/violation.ts";
import { type SourceEntry, type SourceNode, toPlainValue } from "../../templates/source-tree.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { KNOWN_KEYS, NEWEST_VERSION } from "../file-keys.ts";
import { oldNameHint } from "../old-names.ts";
import { type Layer, layerOf, type Origin } from "../origin.ts";
import { type SourceViolation, violationAt } from "../violation.ts";
import { ConditionSchema, holds, type Surroundings } from "./conditions.ts";
import { layerIn, originIn, without, type YamlFile } from "./yaml-layer.ts";

/** What one file says, without what it extends. */
export interface FileLayers {
  /** What is below it: files, relative to it, and presets. */
  readonly extended: readonly (ExtendedFile | Layer)[];
  /** What it says for all, and for this environment. */
  readonly base: readonly Layer[];
  /** What it says under conditions that hold. */
  readonly conditional: readonly Layer[];
  /** What it says for others: checked, and not used. */
  readonly idle: readonly Layer[];
}

/** A file that another one extends, and where that one says so. */
export interface ExtendedFile {
  /** Path relative to the file that names it. */
  readonly file: string;
  readonly origin: Origin;
}

const CONTROL_KEYS = ["version", "extends", "environments", "when"];
const ExtendsSchema = z.union([filled(), z.array(filled())], { error: "a file or a preset, or a list of them" });

/** Takes a file apart. What is wrong with its structure is added to `violations`. */
export function fileLayers(file: YamlFile, around: Surroundings, violations: SourceViolation[]): FileLayers {
  const reader = new FileReader(file, violations);
  reader.checkVersion();
  const environments = reader.members("environments");
  const chosen = environments.filter(([name]) => name === around.environment).map(([, layer]) => layer);
  const conditional = reader.conditional(around);
  return {
    extended: reader.extended(),
    base: [reader.own(), ...chosen],
    conditional: conditional.filter(({ applies }) => applies).map(({ layer }) => layer),
    idle: [
      ...environments.filter(([name]) => name !== around.environment).map(([, layer]) => layer),
      ...conditional.filter(({ applies }) => !applies).map(({ layer }) => layer),
    ],
  };
}

class FileReader {
  readonly #file: YamlFile;
  readonly #violations: SourceViolation[];

  constructor(file: YamlFile, violations: SourceViolation[]) {
    this.#file = file;
    this.#violations = violations;
  }

  checkVersion(): void {
    const entry = this.#file.top.entries.get("version");
    const value = entry === undefined ? undefined : toPlainValue(entry.value);
    if (value === NEWEST_VERSION) return;
    const isNewer = typeof value === "number" && value > NEWEST_VERSION;
    const hint = isNewer
      ? "a newer release of tasker reads it"
      : `tasker config migrate ${this.#file.name} brings it up to date`;
    this.#refuse(["version"], value, `${NEWEST_VERSION}, the version of the format`, hint);
  }

  /** Sections and what else is no control key; unknown keys are refused here, with all keys of a file to choose from. */
  own(): Layer {
    const unknown = [...this.#file.top.entries.keys()].filter((key) => !KNOWN_KEYS.includes(key));
    for (const key of unknown) {
      const value = toPlainValue(this.#entry(key)?.value ?? this.#file.top);
      this.#refuse([key], value, KNOWN_KEY, oldNameHint(key) ?? hintAt(key, KNOWN_KEYS, "keys"));
    }
    return layerIn(this.#file, without(this.#file.top, [...CONTROL_KEYS, ...unknown]));
  }

  extended(): (ExtendedFile | Layer)[] {
    const value = this.#value("extends");
    if (value === undefined) return [];
    const parsed = this.#check(ExtendsSchema, value, ["extends"]);
    return parsed === null ? [] : [parsed].flat().flatMap((name) => this.#extend(name));
  }

  #extend(name: string): (ExtendedFile | Layer)[] {
    const preset = /^preset:(.*)$/s.exec(name)?.[1];
    if (preset === undefined) return [{ file: name, origin: this.#origin(["extends"]) }];
    const found = Object.entries(EXECUTION_PRESETS).find(([known]) => known === preset);
    if (found !== undefined) return [layerOf({ execution: found[1] }, { kind: "preset", source: name })];
    const hint = hintAt(preset, Object.keys(EXECUTION_PRESETS), "presets");
    this.#refuse(["extends"], name, "a preset that is known", hint);
    return [];
  }

  /** The mappings below a key, by name. */
  members(key: string): [name: string, Layer][] {
    const entry = this.#entry(key);
    if (entry === undefined) return [];
    if (entry.value.kind !== "mapping") {
      this.#refuse([key], toPlainValue(entry.value), "a mapping of environments to sections");
      return [];
    }
    return [...entry.value.entries].flatMap(([name, { value }]) => {
      const layer = this.#layer(value, [key, name]);
      return layer === null ? [] : [[name, layer] as [string, Layer]];
    });
  }

  conditional(around: Surroundings): { readonly applies: boolean; readonly layer: Layer }[] {
    const entry = this.#entry("when");
    if (entry === undefined) return [];
    if (entry.value.kind !== "list") {
      this.#refuse(["when"], toPlainValue(entry.value), "a list of blocks with if and then");
      return [];
    }
    return entry.value.items.flatMap((item, place) => {
      const path = ["when", place];
      const parts = item.kind === "mapping" ? item.entries : new Map<string, SourceEntry>();
      const then = parts.get("then")?.value;
      const condition = parts.get("if")?.value;
      for (const [key, { value }] of [...parts].filter(([known]) => known !== "if" && known !== "then")) {
        this.#refuse([...path, key], toPlainValue(value), KNOWN_KEY, hintAt(key, ["if", "then"], "keys"));
      }
      if (then === undefined || condition === undefined) {
        this.#refuse(path, toPlainValue(item), "a mapping with if and then");
        return [];
      }
      const wanted = this.#check(ConditionSchema, toPlainValue(condition), [...path, "if"]);
      const layer = this.#layer(then, [...path, "then"]);
      return wanted === null || layer === null ? [] : [{ applies: holds(wanted, around), layer }];
    });
  }

  #layer(node: SourceNode, place: Place): Layer | null {
    if (node.kind === "mapping") return layerIn(this.#file, node);
    this.#refuse(place, toPlainValue(node), "a mapping with sections");
    return null;
  }

  #check<Schema extends z.ZodType>(schema: Schema, value: unknown, place: Place): z.output<Schema> | null {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const violation of violationsOf(parsed.error, value, place)) {
      this.#violations.push(violationAt(this.#origin(violation.place), violation));
    }
    return null;
  }

  #refuse(place: Place, value: unknown, expected: string, hint?: string): void {
    const option = placeText(place);
    this.#violations.push(
      violationAt(this.#origin(place), { option, value, expected, ...(hint === undefined ? {} : { hint }) }),
    );
  }

  #origin(place: Place) {
    return originIn(this.#file, this.#file.top, place);
  }

  #entry(key: string): SourceEntry | undefined {
    return this.#file.top.entries.get(key);
  }

  #value(key: string): unknown {
    const entry = this.#entry(key);
    return entry === undefined ? undefined : toPlainValue(entry.value);
  }
}
