type Name = string | null;

/** Values by several names each, found without making a key of them. */
export class NameTree<Value> {
  readonly #root: Node<Value> = { value: undefined, next: new Map() };

  find(names: readonly Name[]): Value | undefined {
    let node: Node<Value> | undefined = this.#root;
    for (const name of names) {
      node = node.next.get(name);
      if (node === undefined) return undefined;
    }
    return node.value;
  }

  keep(names: readonly Name[], value: Value): void {
    let node = this.#root;
    for (const name of names) {
      const next: Node<Value> = node.next.get(name) ?? { value: undefined, next: new Map() };
      node.next.set(name, next);
      node = next;
    }
    node.value = value;
  }
}

interface Node<Value> {
  value: Value | undefined;
  readonly next: Map<Name, Node<Value>>;
}
