import { CLAIMING_RULES } from "./claiming-rules.ts";
import { COMMITTING_RULES } from "./committing-rules.ts";
import { DATABASE_RULES } from "./database-rules.ts";
import { EXECUTING_RULES } from "./executing-rules.ts";
import { LIVING_RULES } from "./living-rules.ts";
import type { Rule } from "./rule.ts";
import { SUBMITTING_RULES } from "./submitting-rules.ts";

/** Every rule, in the order of the numbers. */
export const RULES: readonly Rule[] = [
  ...CLAIMING_RULES,
  ...COMMITTING_RULES,
  ...DATABASE_RULES,
  ...EXECUTING_RULES,
  ...LIVING_RULES,
  ...SUBMITTING_RULES,
].sort((a, b) => a.number - b.number);
