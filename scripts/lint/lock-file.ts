import { z } from "zod";
import type { Problem } from "./problem.ts";

/** The part of a package-lock.json that the checks read. */
export const LockFile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      optional: z.boolean().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
export type LockFile = z.infer<typeof LockFile>;

/** Finds packages that are pinned by a download address instead of a version and a checksum. */
export function findLockProblems(file: string, lock: LockFile): Problem[] {
  return Object.entries(lock.packages).flatMap(([path, { resolved, integrity, link }]) => {
    if (!path.includes("node_modules/") || link === true) return [];
    const messages = [
      ...(resolved === undefined ? [] : [`${path} holds a download address: remove it, see CONTRIBUTING.md`]),
      ...(integrity === undefined ? [`${path} has no checksum`] : []),
    ];
    return messages.map((message) => ({ file, line: 1, message }));
  });
}
