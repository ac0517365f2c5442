/** A step that was added to a task while it ran, as its name tells. */
export type AddedStepName =
  /** Runs the step `of` for one item of its list. */
  | { readonly kind: "instance"; readonly of: string; readonly index: number }
  /** Undoes the step `of`, which may itself be an instance. */
  | { readonly kind: "undo"; readonly of: string };

const INSTANCE = /^(.+)\[(0|[1-9]\d*)\]$/s;
const UNDO = /^undo\((.+)\)$/s;

/** Name of the step that runs a mapped step for the item at `index`, from 0. */
export function instanceName(step: string, index: number): string {
  return `${step}[${index}]`;
}

/** Name of the step that undoes a step. */
export function undoName(step: string): string {
  return `undo(${step})`;
}

/** What a name says if it is one of an added step; null if it is not. Steps of a template may have such names, too. */
export function readAddedStepName(name: string): AddedStepName | null {
  // Looked at first, because most names are of neither kind.
  const last = name.at(-1);
  if (last === "]") {
    const [, of, index] = INSTANCE.exec(name) ?? [];
    return of === undefined ? null : { kind: "instance", of, index: Number(index) };
  }
  const [, of] = last === ")" ? (UNDO.exec(name) ?? []) : [];
  return of === undefined ? null : { kind: "undo", of };
}
