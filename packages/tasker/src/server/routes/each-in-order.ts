/**
 * Does something with each of some things, several at a time, and gives what came of them in their order.
 * @param signal nothing more is begun once it is aborted
 * @throws the first error; nothing more is begun after it
 */
export async function eachInOrder<Thing, Result>(
  things: readonly Thing[],
  atOnce: number,
  work: (thing: Thing) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result[]> {
  const left = things.entries();
  const results = new Map<number, Result>();
  let isOver = false;
  const lane = async () => {
    for (const [place, thing] of left) {
      if (isOver) return;
      signal.throwIfAborted();
      results.set(place, await work(thing));
    }
  };
  const lanes = Array.from({ length: Math.min(atOnce, things.length) }, async () => {
    try {
      await lane();
    } catch (error) {
      isOver = true;
      throw error;
    }
  });
  const ended = await Promise.allSettled(lanes);
  const failure = ended.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
