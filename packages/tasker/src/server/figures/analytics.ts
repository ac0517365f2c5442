import type { z } from "zod";
import { findBottlenecks } from "../../analysis/analytics/find-bottlenecks.ts";
import { measurePerformance } from "../../analysis/analytics/performance.ts";
import {
  bottlenecksKey,
  cachedBottlenecks,
  cachedPerformance,
  performanceKey,
} from "../../analysis/cached-analysis.ts";
import { type BottleneckQuery, Bottlenecks, Performance } from "../../api/shapes/analytics.ts";
import type { NamespaceScope } from "../../auth/principal.ts";
import { MalformedRequestError, NotFoundError } from "../../errors/index.ts";
import type { ServerParts } from "../server-parts.ts";

type Needed = Pick<ServerParts, "cache" | "database" | "clock">;

/** What is answered, and under which key it may be kept. */
interface Figures<Shape extends z.ZodType> {
  readonly answer: z.output<Shape>;
  readonly key: string;
}

/** How the tasks of these namespaces do. */
export async function performanceOf(
  { cache, database, clock }: Needed,
  scope: NamespaceScope,
): Promise<Figures<typeof Performance>> {
  const now = new Date(clock.now());
  const namespaces = scope === "all" ? null : scope;
  const made: unknown =
    cache === null
      ? await measurePerformance(database, now, namespaces)
      : JSON.parse(await cachedPerformance(cache, database, now, namespaces));
  return { answer: Performance.parse(made), key: performanceKey(namespaces) };
}

/**
 * What makes the tasks of a period slow, of one of these namespaces, or of all.
 * @throws MalformedRequestError if the scope has several namespaces and none of them is named
 * @throws NotFoundError for a namespace outside of the scope
 */
export async function bottlenecksOf(
  { cache, database, clock }: Needed,
  scope: NamespaceScope,
  { namespace, name, version, period }: z.output<typeof BottleneckQuery>,
): Promise<Figures<typeof Bottlenecks>> {
  const asked = {
    now: new Date(clock.now()),
    periodHours: period,
    namespace: namespaceIn(scope, namespace),
    taskName: name ?? null,
    version: version ?? null,
  };
  const made =
    cache === null
      ? JSON.stringify(await findBottlenecks(database, asked))
      : await cachedBottlenecks(cache, database, asked);
  return { answer: Bottlenecks.parse(JSON.parse(made)), key: bottlenecksKey(asked) };
}

function namespaceIn(scope: NamespaceScope, asked: string | undefined): string | null {
  if (scope === "all") return asked ?? null;
  const [only] = scope;
  if (asked === undefined && scope.length === 1 && only !== undefined) return only;
  if (asked === undefined) {
    throw new MalformedRequestError([{ path: "query.namespace", expected: `one of ${scope.join(", ")}` }]);
  }
  if (scope.includes(asked)) return asked;
  throw new NotFoundError(`there is no namespace ${asked}`, { context: { namespace: asked } });
}
