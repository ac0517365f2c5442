import { createMiddleware } from "hono/factory";
import { RequestTimeoutError } from "../../errors/index.ts";
import type { HttpEnv } from "./http-env.ts";

/** Answers a request that takes longer, and aborts the signal by which what works for it knows that nobody waits any more. */
export function limitTime(milliseconds: number) {
  return createMiddleware<HttpEnv>(async (context, next) => {
    const time = new AbortController();
    context.set("time", time.signal);
    let timer: NodeJS.Timeout | undefined;
    const isOver = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new RequestTimeoutError("the request took too long; what it was to do may have been done");
        reject(error);
        time.abort(error);
      }, milliseconds);
    });
    try {
      await Promise.race([next(), isOver]);
    } finally {
      clearTimeout(timer);
    }
  });
}
