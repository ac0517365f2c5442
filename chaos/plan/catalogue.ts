import { drawsFor, integer } from "./random-draws.ts";
import { anyGraph, chain, deadlines, diamond, forEach, guarded, limited, saga, slow, waits } from "./shapes.ts";
import { type TemplateDraft, type TemplatePlan, templatePlan } from "./template-plan.ts";

/** Graphs without and with mishaps of each kind. */
const GRAPHS = 4;

/**
 * All templates of a run, of both releases of its program: every shape and feature, in sizes and with conducts that the
 * seed gives.
 */
export function makeCatalogue(seed: number): TemplatePlan[] {
  const random = drawsFor(seed, "templates");
  const size = (least: number, most: number) => integer(random, least, most);
  const drafts: TemplateDraft[] = [
    { name: "short_chain", steps: chain(random, 3), weight: 25 },
    { name: "chain", steps: chain(random, size(6, 12)), weight: 20 },
    { name: "diamond", steps: diamond(random, size(2, 5)), weight: 15 },
    { name: "fan_in", steps: diamond(random, size(12, 25)) },
    { name: "for_each", steps: forEach(random, size(5, 40), size(2, 6)) },
    { name: "wide_for_each", steps: forEach(random, size(200, 400), null), weight: 1 },
    { name: "empty_for_each", steps: forEach(random, 0, null), weight: 2 },
    { name: "saga", steps: saga(random, size(3, 6)) },
    { name: "waits", steps: waits(random, "short_chain"), signals: ["approved"] },
    { name: "limited", steps: limited(random, size(3, 8)) },
    { name: "deadlines", steps: deadlines(random), weight: 4 },
    { name: "slow", steps: slow(random), weight: 6 },
    { name: "guarded", steps: guarded(random, size(3, 6)), weight: 5 },
    { name: "deployed", steps: chain(random, size(3, 8)) },
    { name: "deployed", version: "2.0.0", release: 2, steps: diamond(random, size(3, 8)), weight: 25 },
    // The same version with other steps: what is under way goes on with those that it began with.
    { name: "edited", release: 1, steps: chain(random, 4) },
    { name: "edited", release: 2, steps: diamond(random, 4) },
  ];
  for (let place = 0; place < GRAPHS; place += 1) {
    drafts.push({ name: `calm_graph_${place}`, steps: anyGraph(random, size(4, 14), 0) });
    drafts.push({ name: `eventful_graph_${place}`, steps: anyGraph(random, size(4, 14), 0.25) });
  }
  return drafts.map(templatePlan);
}

/** Those that a release of the program has. */
export function templatesOf(catalogue: readonly TemplatePlan[], release: 1 | 2): TemplatePlan[] {
  return catalogue.filter((template) => template.release === null || template.release === release);
}
