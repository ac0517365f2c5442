/** What the handler of the kill test does with an event: the same in every process, whoever is killed. */
export type EventFate = "taken" | "taken at the second attempt" | "given up";

/** The fate of an event, by its id: one of twelve is given up, and as many fail once. */
export function fateOf(eventId: string): EventFate {
  let hash = 7;
  for (const letter of eventId) hash = (hash * 31 + letter.charCodeAt(0)) % 1_009;
  if (hash % 12 === 0) return "given up";
  return hash % 12 === 1 ? "taken at the second attempt" : "taken";
}
