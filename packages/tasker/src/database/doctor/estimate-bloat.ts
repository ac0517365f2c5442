/** Bytes of a page that are not for rows, per tuple and per page, as PostgreSQL lays them out. */
const PAGE_HEADER = 24;
const LINE_POINTER = 4;
const BTREE_PAGE_OVERHEAD = PAGE_HEADER + 16;
const BTREE_FILL = 90;

/** What is known of a table's size and rows. */
export interface TableSize {
  readonly pages: number;
  readonly rows: number;
  /** Mean bytes of a row's values that are not null, as `analyze` has seen them. */
  readonly rowBytes: number;
  readonly columns: number;
  /** In percent. */
  readonly fillfactor: number;
  /** Bytes. */
  readonly pageBytes: number;
}

/**
 * Estimates how many bytes of a table are neither rows nor the room that its fill factor leaves: pages that are there
 * less pages that as many rows of mean size need, each with its header of 23 bytes, a bit per column and 4 bytes of line
 * pointer, aligned to 8. Never negative. An estimate: alignment between columns is not counted.
 */
export function estimateTableWaste(table: TableSize): number {
  const header = align(23 + Math.ceil(table.columns / 8));
  const tuple = header + align(table.rowBytes) + LINE_POINTER;
  const room = ((table.pageBytes - PAGE_HEADER) * table.fillfactor) / 100;
  const needed = Math.ceil((table.rows * tuple) / room);
  return Math.max(0, table.pages - needed) * table.pageBytes;
}

/** What is known of a B-tree's size and entries. */
export interface IndexSize {
  readonly pages: number;
  readonly entries: number;
  /** Mean bytes of an entry's values. */
  readonly keyBytes: number;
  /** Bytes. */
  readonly pageBytes: number;
}

/**
 * Estimates how many bytes of a B-tree are not needed: pages that are there less pages that as many entries need at a
 * fill of 90 %. Equal keys are stored once by PostgreSQL, which is not counted, so the estimate is rather too low.
 */
export function estimateIndexWaste(index: IndexSize): number {
  const entry = align(8 + index.keyBytes) + LINE_POINTER;
  const room = ((index.pageBytes - BTREE_PAGE_OVERHEAD) * BTREE_FILL) / 100;
  const needed = 1 + Math.ceil((index.entries * entry) / room);
  return Math.max(0, index.pages - needed) * index.pageBytes;
}

/** PostgreSQL begins every tuple and value at a multiple of 8 bytes, at most. */
function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
