import { encodeJson } from "../../json/encode.ts";

const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * JSON as the reference writes it, byte for byte: compact, keys in their order, `<`, `>`, `&` and the two Unicode line
 * separators as `\uXXXX`, numbers that are not whole as Ruby writes them (`1.0e-05` for 0.00001). A number that is whole is
 * taken for an integer of Ruby: JavaScript does not tell 1 from 1.0. Keys that are whole numbers come first, in their
 * order: JavaScript keeps them so.
 * @throws UnencodableValueError
 */
export function identityJson(value: unknown): string {
  const text = encodeJson(value, { maxBytes: Number.MAX_SAFE_INTEGER, what: "identity of a task" });
  return text.replace(TEXT_OR_NUMBER, (token) =>
    token.startsWith('"') ? escapeText(token) : rubyNumber(Number(token)),
  );
}

function escapeText(text: string): string {
  return text.replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The exponents of ten for which Ruby writes no exponent. */
const SMALLEST_PLAIN = -4;

function rubyNumber(value: number): string {
  const text = String(value);
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (!text.includes("e") && (Number.isInteger(value) || exponent >= SMALLEST_PLAIN)) return text;
  const mantissa = digits.includes(".") ? digits : `${digits}.0`;
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
