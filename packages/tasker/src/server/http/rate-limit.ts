import { createMiddleware } from "hono/factory";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { networkOf } from "../../auth/authenticators/plain-address.ts";
import { TooManyRequestsError } from "../../errors/index.ts";
import type { HttpEnv } from "./http-env.ts";

/** Refuses requests of an address that asks too often; addresses of a network of IPv6 count together. */
export function rateLimit({ requests, seconds }: { readonly requests: number; readonly seconds: number }) {
  const limiter = new RateLimiterMemory({ points: requests, duration: seconds });
  return createMiddleware<HttpEnv>(async ({ env: { origin } }, next) => {
    if (origin.transport !== "local") {
      try {
        await limiter.consume(networkOf(origin.address ?? "unknown"));
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const wait = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
        throw new TooManyRequestsError(`more than ${requests} requests in ${seconds} seconds`, wait);
      }
    }
    await next();
  });
}
