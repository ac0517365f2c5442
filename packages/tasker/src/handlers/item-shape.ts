import type { JsonValue } from "../json/json-value.ts";

/** Shape of what a path leads to: names of members and places in lists with dots between. */
type AtPath<Value, Path extends string> = Path extends `${infer Head}.${infer Rest}`
  ? AtPath<MemberShape<Value, Head>, Rest>
  : MemberShape<Value, Path>;

type MemberShape<Value, Name extends string> = Name extends keyof Value
  ? Value[Name]
  : Value extends readonly (infer Item)[]
    ? Name extends `${number}`
      ? Item
      : JsonValue
    : JsonValue;

/** Shape of the items of the list that a path leads to in some results; any JSON value where that is not known. */
export type ItemShape<Results, Path extends string | undefined> = ListItem<
  Path extends string ? AtPath<Results, Path> : Results
>;

type ListItem<List> = unknown extends List ? JsonValue : List extends readonly (infer Item)[] ? Item : JsonValue;
