import type { JsonObject } from "../json/json-value.ts";
import { hintAt } from "../text/nearest-name.ts";
import { describeNode } from "./describe-value.ts";
import type { DraftIssue } from "./draft-issue.ts";
import type { SourceMapping, SourceNode } from "./source-tree.ts";

/** The reference's types of fields, as JSON Schema says them. */
const TYPES: Readonly<Record<string, JsonObject>> = {
  String: { type: "string" },
  Integer: { type: "integer" },
  Float: { type: "number" },
  Numeric: { type: "number" },
  Boolean: { type: "boolean" },
  Array: { type: "array" },
  Hash: { type: "object" },
  Object: {},
  Time: { type: "string", format: "date-time" },
};

/** What a list of fields means. */
interface PayloadSchema {
  readonly payloadSchema: JsonObject;
  /** Whether it has a field `timestamp` that is a time: the reference adds it when it publishes. */
  readonly isStamped: boolean;
}

/**
 * Whether a `payload_schema` is the reference's list of fields, `order_id: { type: String, required: true }` or
 * `order_id: String`, and no JSON Schema: none of its members is what a keyword of JSON Schema has.
 */
export function isFieldList(schema: SourceMapping): boolean {
  return [...schema.entries.values()].every(({ value }) => typeNode(value) !== null);
}

/** The JSON Schema that a list of fields means. A field is required if it says so. */
export function convertFields(fields: SourceMapping, issues: DraftIssue[]): PayloadSchema {
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  let isStamped = false;
  for (const [name, { value }] of fields.entries) {
    const type = typeNode(value);
    const known = type === null ? undefined : TYPES[String(type.value)];
    if (type !== null && known === undefined) {
      const hint = hintAt(String(type.value), Object.keys(TYPES), "types");
      issues.push({
        at: type.at,
        message: `found the unknown type "${String(type.value)}", expected a known type`,
        hint,
      });
    }
    properties[name] = known ?? {};
    const flag = value.kind === "mapping" ? value.entries.get("required")?.value : undefined;
    if (flag === undefined) continue;
    if (flag.kind !== "scalar" || typeof flag.value !== "boolean") {
      issues.push({ at: flag.at, message: `found ${describeNode(flag)}, expected true or false` });
    } else if (flag.value) required.push(name);
    if (name === "timestamp" && type?.value === "Time") isStamped = true;
  }
  return { payloadSchema: { type: "object", properties, ...(required.length === 0 ? {} : { required }) }, isStamped };
}

/** The type of a field, which begins with a capital letter; null if this is no field. */
function typeNode(node: SourceNode): { readonly at: SourceNode["at"]; readonly value: unknown } | null {
  const type = node.kind === "mapping" ? node.entries.get("type")?.value : node;
  if (type?.kind !== "scalar" || typeof type.value !== "string") return null;
  return /^[A-Z]/.test(type.value) ? { at: type.at, value: type.value } : null;
}
