import { z } from "zod";

/** Whether the process answers. */
export const Liveness = z.object({ alive: z.literal(true), timestamp: z.string(), service: z.string() });

/** Whether a process could do its work; checks only for those who may see them. */
export const Readiness = z.looseObject({ ready: z.boolean(), message: z.string(), timestamp: z.string() });

/** How an installation is doing; figures only for those who may see them. */
export const HealthStatus = z.looseObject({ healthy: z.boolean(), status: z.string() });
