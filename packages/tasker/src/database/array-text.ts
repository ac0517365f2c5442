/** A value inside an array, as PostgreSQL's text of it; null for SQL's NULL. */
export type ElementText = string | null;

/** Writes PostgreSQL's text of a one-dimensional array. Every element is quoted, so that none needs looking at. */
export function encodeArray(elements: readonly ElementText[]): string {
  const parts = elements.map((element) =>
    element === null ? "NULL" : `"${element.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
  );
  return `{${parts.join(",")}}`;
}

/**
 * Reads PostgreSQL's text of an array of any number of dimensions.
 * @param parse reads one element that is not null
 * @throws RangeError if the text is not that of an array
 */
export function parseArray(text: string, parse: (element: string) => unknown): unknown[] {
  // "[2:3]={a,b}" is an array whose subscripts do not start at 1; JavaScript's do, so the bounds are dropped
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;
  const fail = (): never => {
    throw new RangeError(`"${text}" is not the text of a PostgreSQL array`);
  };

  const quoted = (): string => {
    let value = "";
    for (at += 1; text[at] !== '"'; at += 1) {
      if (text[at] === "\\") at += 1;
      value += text[at] ?? fail();
    }
    at += 1;
    return value;
  };

  const list = (): unknown[] => {
    const values: unknown[] = [];
    if (text[at] !== "{") fail();
    at += 1;
    while (text[at] !== "}") {
      if (text[at] === "{") values.push(list());
      else if (text[at] === '"') values.push(parse(quoted()));
      else {
        const start = at;
        while (at < text.length && text[at] !== "," && text[at] !== "}") at += 1;
        const bare = text.slice(start, at);
        values.push(bare === "NULL" ? null : parse(bare));
      }
      if (text[at] === ",") at += 1;
      else if (text[at] !== "}") fail();
    }
    at += 1;
    return values;
  };
  return list();
}
