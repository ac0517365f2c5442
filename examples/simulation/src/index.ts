export { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "./answer.ts";
export { readResults, storeResults } from "./stored-results.ts";
export { type PermanentReasons, type RefusalRules, valueOrThrow } from "./value-or-throw.ts";
export { wait } from "./wait.ts";
export { withServices } from "./with-services.ts";
