/** Most things that a server gives at a time. */
const MOST_ON_A_PAGE = 200;

/** Which things a command wants to read. */
interface PagesWanted {
  readonly limit: number;
  /** Where to begin; undefined: at the beginning. */
  readonly cursor?: string | undefined;
}

/** What a server is asked for. */
interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/** What it answers. */
interface PageAnswer<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Reads pages until there are as many things as wanted: one of the server may have fewer, and not be the last. */
export async function readPages<Item>(
  { limit, cursor }: PagesWanted,
  read: (page: PageRequest) => Promise<PageAnswer<Item>>,
): Promise<{ readonly items: readonly Item[]; readonly next: string | null }> {
  const items: Item[] = [];
  let next: string | null = cursor ?? null;
  do {
    const size = Math.min(limit - items.length, MOST_ON_A_PAGE);
    const page: PageAnswer<Item> = await read({ limit: size, ...(next === null ? {} : { cursor: next }) });
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < limit);
  return { items, next };
}
