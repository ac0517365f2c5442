/** A step as far as drawing its place among the others needs it. */
export interface TreeStep {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** One row of a drawn tree. */
export interface TreeRow {
  /** Index of the step in what was given. */
  readonly index: number;
  /** Lines that connect the row to the rows above, such as `│  ├─ `. */
  readonly prefix: string;
  /** What stands under the step in the rows that belong to it, as wide as `prefix`. */
  readonly continuation: string;
  /** Names of the steps that it waits for, when its place does not show them. */
  readonly after: readonly string[];
}

const ROOT = -1;

/**
 * Steps as a tree of rows. A step hangs below its immediate dominator: the last step that everything leading to it
 * passes through. So branches that start together stand together, and the step that joins them stands beside them, after
 * them. A step that is the only one below another goes straight under it, without indentation.
 *
 * Steps are drawn in dependency order, and in the order given where that leaves a choice. Unknown dependencies are
 * ignored; steps on a cycle (only another engine can have stored one) are drawn last.
 * @see K. D. Cooper, T. J. Harvey, K. Kennedy, "A Simple, Fast Dominance Algorithm", 2001
 */
export function layoutStepTree(steps: readonly TreeStep[]): TreeRow[] {
  const parents = parentIndexes(steps);
  const order = dependencyOrder(parents);
  const children = dominatorChildren(parents, order);
  const rows: TreeRow[] = [];
  // A stack in place of recursion: a chain can be as long as the task.
  const stack: { index: number; dominator: number; indent: string; connector: string }[] = [];
  const push = (dominator: number, indent: string) => {
    const below = children.get(dominator) ?? [];
    for (const [at, index] of [...below.entries()].reverse()) {
      const connector = below.length === 1 ? "" : at === below.length - 1 ? "└─ " : "├─ ";
      stack.push({ index, dominator, indent, connector });
    }
  };
  push(ROOT, "");
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { index, dominator, indent, connector } = next;
    const continuation = indent + (connector === "├─ " ? "│  " : " ".repeat(connector.length));
    const wanted = parents[index] ?? [];
    const shown = wanted.length === 1 && wanted[0] === dominator;
    const after = shown ? [] : wanted.map((parent) => steps[parent]?.name ?? "");
    rows.push({ index, prefix: indent + connector, continuation, after });
    push(index, continuation);
  }
  return rows;
}

function parentIndexes(steps: readonly TreeStep[]): number[][] {
  const indexOf = new Map(steps.map((step, index) => [step.name, index]));
  return steps.map((step) => step.dependsOn.flatMap((name) => indexOf.get(name) ?? []));
}

/** Indexes so that parents come first, the lowest index first where several could come; those on cycles at the end. */
function dependencyOrder(parents: readonly (readonly number[])[]): number[] {
  const level = new Map<number, number>();
  const missing = parents.map((of) => of.length);
  const below: number[][] = parents.map(() => []);
  for (const [index, of] of parents.entries()) for (const parent of of) below[parent]?.push(index);
  let wave = missing.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let depth = 0; wave.length > 0; depth += 1) {
    const next: number[] = [];
    for (const index of wave) {
      level.set(index, depth);
      for (const child of below[index] ?? []) {
        const left = (missing[child] ?? 0) - 1;
        missing[child] = left;
        if (left === 0) next.push(child);
      }
    }
    wave = next;
  }
  const last = parents.length;
  return [...parents.keys()].sort((a, b) => (level.get(a) ?? last) - (level.get(b) ?? last) || a - b);
}

/** Steps below each immediate dominator, in the order given; `ROOT` for those that nothing dominates. */
function dominatorChildren(parents: readonly (readonly number[])[], order: readonly number[]): Map<number, number[]> {
  const dominator = new Map<number, number>();
  const depth = new Map<number, number>([[ROOT, 0]]);
  const children = new Map<number, number[]>();
  const meet = (left: number, right: number) => {
    let [a, b] = [left, right];
    while (a !== b) {
      if ((depth.get(a) ?? 0) >= (depth.get(b) ?? 0)) a = dominator.get(a) ?? ROOT;
      else b = dominator.get(b) ?? ROOT;
    }
    return a;
  };
  for (const index of order) {
    // A parent that was not placed yet is on a cycle with this step.
    const placed = (parents[index] ?? []).filter((parent) => depth.has(parent));
    const above = placed.length === 0 ? ROOT : placed.reduce(meet);
    dominator.set(index, above);
    depth.set(index, (depth.get(above) ?? 0) + 1);
    const siblings = children.get(above);
    if (siblings === undefined) children.set(above, [index]);
    else siblings.push(index);
  }
  return children;
}
