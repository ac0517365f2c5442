const UNITS = ["kB", "MB", "GB", "TB"] as const;

/** A size as people read it: `16 kB`, `1.4 GB`. Units are powers of 1024, as in PostgreSQL. */
export function formatBytes(bytes: number): string {
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit] ?? "kB"}`;
}
