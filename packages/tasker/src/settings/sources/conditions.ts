import { z } from "zod";
import { filled, mapping } from "../../config/rules.ts";

/** What conditions of a configuration look at. */
export interface Surroundings {
  /** `production`, for example. */
  readonly environment: string;
  readonly hostname: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const names = (expected: string) =>
  z.union([filled(expected), z.array(filled(expected)).min(1)], { error: `${expected}, or a list of them` });

/** Shape of what a conditional block asks for; everything that is given must hold. */
export const ConditionSchema = mapping({
  env: names("the name of an environment").optional(),
  hostname: names("the name of a host, or a pattern such as worker-*").optional(),
  variable: names("the name of a variable, or NAME=value").optional(),
}).refine((condition) => Object.keys(condition).length > 0, { error: "a mapping with env, hostname or variable" });

type Condition = z.output<typeof ConditionSchema>;

/** Whether a condition holds: of a list one is enough. */
export function holds({ env, hostname, variable }: Condition, around: Surroundings): boolean {
  return (
    any(env, (name) => name === around.environment) &&
    any(hostname, (pattern) => matches(pattern, around.hostname)) &&
    any(variable, (text) => isSet(text, around.variables))
  );
}

function any(wanted: string | readonly string[] | undefined, test: (one: string) => boolean): boolean {
  return wanted === undefined || [wanted].flat().some(test);
}

function matches(pattern: string, name: string): boolean {
  const source = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`, "i").test(name);
}

function isSet(text: string, variables: Surroundings["variables"]): boolean {
  const [, name = text, wanted] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const value = variables[name];
  return wanted === undefined ? value !== undefined && value !== "" : value === wanted;
}
