import { median } from "../statistics.ts";

/** Median time of a call in milliseconds. It is made twice before the first sample. */
export async function medianMs(samples: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let sample = -2; sample < samples; sample++) {
    const startedAt = performance.now();
    await call();
    if (sample >= 0) times.push(performance.now() - startedAt);
  }
  return median(times);
}
