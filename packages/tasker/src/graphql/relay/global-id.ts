/** An object of any type by which `node` finds it again. */
export interface GlobalId {
  readonly type: string;
  readonly id: number;
}

const FORM = /^([A-Z][A-Za-z]*):([1-9]\d{0,15})$/;

/** The text of a global id, which clients need not understand. */
export function encodeGlobalId(type: string, id: number): string {
  return Buffer.from(`${type}:${id}`).toString("base64url");
}

/** What a text means; null if it is none of ours. */
export function decodeGlobalId(text: string): GlobalId | null {
  const [, type, digits] = FORM.exec(Buffer.from(text, "base64url").toString("utf8")) ?? [];
  const id = Number(digits);
  return type === undefined || !Number.isSafeInteger(id) ? null : { type, id };
}
