import { UnsafeIntegerError } from "../errors/index.ts";
import { parseArray } from "./array-text.ts";
import { parseTimestamp } from "./timestamp-text.ts";

/** Reads PostgreSQL's text of a value that is not null. */
export type TypeParser = (text: string) => unknown;

/** Scalar type, its array type, and how to read it. Object ids of built-in types never change between versions. */
const TYPES: readonly (readonly [oid: number, arrayOid: number, parse: TypeParser])[] = [
  [16, 1000, (text) => text === "t"], // bool
  [20, 1016, parseInt8], // int8
  [21, 1005, Number], // int2
  [23, 1007, Number], // int4
  [26, 1028, Number], // oid
  [700, 1021, Number], // float4
  [701, 1022, Number], // float8
  [114, 199, JSON.parse], // json
  [3802, 3807, JSON.parse], // jsonb
  [1114, 1115, parseTimestamp], // timestamp
  [1184, 1185, parseTimestamp], // timestamptz
  [25, 1009, asText], // text
  [1043, 1015, asText], // varchar
  [1042, 1014, asText], // bpchar
  [18, 1002, asText], // "char"
  [19, 1003, asText], // name
  [1700, 1231, asText], // numeric: a number would lose digits
  [2950, 2951, asText], // uuid
];

const PARSERS: ReadonlyMap<number, TypeParser> = new Map(
  TYPES.flatMap(([oid, arrayOid, parse]): [number, TypeParser][] => [
    [oid, (text) => parse(text)],
    [arrayOid, (text) => parseArray(text, (element) => parse(element))],
  ]),
);

/** How values of the type with this object id are read, the same for every driver. Types it does not know stay text. */
export function parserOf(oid: number): TypeParser {
  return PARSERS.get(oid) ?? asText;
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new UnsafeIntegerError(
    `The database holds the integer ${text}, which a JavaScript number cannot hold exactly`,
    {
      context: { value: text, largest: Number.MAX_SAFE_INTEGER },
    },
  );
}

function asText(text: string): string {
  return text;
}
