import { InvalidRequestError } from "../../errors/index.ts";

/** A page of a list, as Relay has it. */
export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfo;
}

/** What lies around a page. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  /** Whether the page is not the first one. */
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/**
 * A page of what was read, of which there is one entry more than the page has if others follow.
 * @param page `isAfter`: whether it was asked for by a cursor
 */
export function relayConnection<Node>(
  found: readonly Node[],
  page: { readonly size: number; readonly isAfter: boolean; readonly cursorOf: (node: Node) => string },
): Connection<Node> {
  const nodes = found.slice(0, page.size);
  const edges = nodes.map((node) => ({ cursor: page.cursorOf(node), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: found.length > page.size,
      hasPreviousPage: page.isAfter,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The size of a page that was asked for. @throws InvalidRequestError if it has another number of entries than a page may */
export function pageSize(field: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  const expected = `a whole number from 1 to ${most}`;
  throw new InvalidRequestError(`${field} is ${value}, expected ${expected}`, { context: { field, value, expected } });
}
