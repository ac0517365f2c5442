import { stat } from "node:fs/promises";
import { InvalidDeclarationError } from "../../errors/index.ts";
import type { TemplateIssue } from "../../errors/template-errors.ts";
import { listYamlFiles } from "../../template-files/list-yaml-files.ts";
import { readText } from "../../template-files/read-text.ts";
import { parseSubscriptionFile, type SubscriptionSurroundings } from "./parse-subscription-file.ts";
import type { PlannedSubscription } from "./planned-subscription.ts";

/** A file as it was last found. */
interface KnownFile {
  /** Changes with the file. */
  readonly signature: string;
  /** What it asked for when it was last valid. */
  readonly plans: readonly PlannedSubscription[];
}

/** What became of files since they were last looked at. */
export interface FileChanges {
  /** Every subscription that is asked for. */
  readonly plans: readonly PlannedSubscription[];
  /** Files that are not valid, each with what is wrong; what they asked for before is still asked for. */
  readonly refused: ReadonlyMap<string, readonly TemplateIssue[]>;
  readonly hasChanged: boolean;
}

/** The files that hold subscriptions, as they change. */
export class SubscriptionFiles {
  readonly #paths: readonly string[];
  #known: ReadonlyMap<string, KnownFile> = new Map();

  /** @param paths files, and directories of which the files that end in `.yml` or `.yaml` are read */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Looks which files have changed, and reads those. */
  async look(surroundings: () => SubscriptionSurroundings): Promise<FileChanges> {
    const files = await listYamlFiles(this.#paths);
    const found = new Map<string, KnownFile>();
    const refused = new Map<string, readonly TemplateIssue[]>();
    let hasChanged = files.length !== this.#known.size;
    for (const file of files) {
      const signature = await signatureOf(file);
      const known = this.#known.get(file);
      if (known?.signature === signature) {
        found.set(file, known);
        continue;
      }
      hasChanged = true;
      const others = [...found.values(), ...this.#after(files, file)].flatMap(({ plans }) => plans);
      const read = await readFile(file, surroundings(), others);
      if ("issues" in read) refused.set(file, read.issues);
      found.set(file, { signature, plans: "issues" in read ? (known?.plans ?? []) : read.plans });
    }
    this.#known = found;
    return { plans: [...found.values()].flatMap(({ plans }) => plans), refused, hasChanged };
  }

  /** Has all files read again at the next look. */
  forget(): void {
    this.#known = new Map([...this.#known].map(([file, { plans }]) => [file, { signature: "", plans }]));
  }

  /** What is known of the files that come after one. */
  #after(files: readonly string[], file: string): KnownFile[] {
    const after = files.slice(files.indexOf(file) + 1);
    return after.flatMap((other) => this.#known.get(other) ?? []);
  }
}

async function readFile(
  file: string,
  surroundings: SubscriptionSurroundings,
  others: readonly PlannedSubscription[],
): Promise<Pick<KnownFile, "plans"> | { readonly issues: readonly TemplateIssue[] }> {
  const text = await readText(file, "subscriptions in YAML");
  if (typeof text !== "string") return { issues: [{ file, path: "", message: text.message }] };
  try {
    const plans = parseSubscriptionFile(text, file, surroundings);
    const issues = plans.flatMap((plan) => {
      const first = others.find(({ name }) => name === plan.name);
      return first === undefined ? [] : [secondOf(plan, first, file)];
    });
    return issues.length === 0 ? { plans } : { issues };
  } catch (error) {
    if (error instanceof InvalidDeclarationError) return { issues: error.issues };
    throw error;
  }
}

function secondOf({ name, source }: PlannedSubscription, first: PlannedSubscription, file: string): TemplateIssue {
  const message = `found the subscription ${name}, which ${first.source} has, expected each once`;
  return { file, line: Number(source.slice(source.lastIndexOf(":") + 1)), path: `subscriptions.${name}`, message };
}

/** What changes when a file is written or replaced. */
async function signatureOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found === null ? "missing" : [found.mtimeNs, found.ctimeNs, found.size, found.ino].join(" ");
}
