import { InvalidInterfaceError } from "../errors/index.ts";

/** A method that something must or may have. */
export interface MethodRule {
  readonly name: string;
  /** Default: true. */
  readonly required?: boolean;
  /** Arguments that it is called with; it must not need more. */
  readonly mostArguments: number;
}

/**
 * Checks that a value has the methods it is called by. A function may take fewer arguments than it is given, as everywhere
 * in JavaScript; one that declares more would get `undefined` for them.
 * @param owner the name of the value, for messages
 * @throws InvalidInterfaceError that lists everything that is missing or does not fit
 */
export function checkInterface(value: unknown, owner: string, methods: readonly MethodRule[]): void {
  const isHolder = (typeof value === "object" && value !== null) || typeof value === "function";
  const violations = methods.flatMap(({ name, required = true, mostArguments }) => {
    const member: unknown = isHolder ? Reflect.get(value, name) : undefined;
    if (member === undefined) return required ? [`${owner} must have the method ${name}`] : [];
    if (typeof member !== "function") return [`${name} of ${owner} is a ${typeof member}, expected a method`];
    if (member.length <= mostArguments) return [];
    return [`${name} of ${owner} takes ${member.length} arguments, expected at most ${mostArguments}`];
  });
  if (violations.length === 0) return;
  throw new InvalidInterfaceError(violations.join("\n"), { context: { owner, violations } });
}

/** The name of a class or function, or of the class of an object. */
export function classNameOf(value: unknown): string {
  if (typeof value === "function") return value.name === "" ? "an unnamed function" : value.name;
  if (typeof value !== "object" || value === null) return String(value);
  const maker: unknown = value.constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "Object";
}
