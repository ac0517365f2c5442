/** A limit of a group of steps, as `tasker_take_permits` takes it. */
export interface ModelLimit {
  readonly limiter: string;
  readonly concurrency: number | null;
  readonly rate: { readonly count: number; readonly perMs: number } | null;
}

/** Starts under a limiter with a rate. */
export interface ModelStart {
  readonly limiter: string;
  readonly at: number;
}

/** What is known of limiters: permits in use, starts so far. */
export interface ModelState {
  readonly permits: readonly { readonly permitNo: number; readonly limiter: string }[];
  readonly starts: readonly ModelStart[];
}

/** How many more starts a rate allows at a moment, and if none, how long until one is. */
export function roomInWindow(
  starts: readonly number[],
  now: number,
  { count, perMs }: { readonly count: number; readonly perMs: number },
): { readonly room: number; readonly waitMs: number } {
  const young = starts.filter((at) => at > now - perMs).sort((a, b) => a - b);
  // With count starts from there on, there would be one too many until the first of them is over.
  const first = young.at(-count);
  return { room: Math.max(0, count - young.length), waitMs: first === undefined ? 0 : first + perMs - now };
}

/** How many of the steps of a group start: as many as each of its limiters has room for. */
export function grant(
  state: ModelState,
  limits: readonly ModelLimit[],
  permitNos: readonly number[],
  now: number,
): { readonly granted: number; readonly state: ModelState } {
  const rooms = limits.map(({ limiter, concurrency, rate }) => {
    const inUse = state.permits.filter((permit) => permit.limiter === limiter).length;
    const starts = state.starts.filter((start) => start.limiter === limiter).map(({ at }) => at);
    return Math.min(
      concurrency === null ? Number.POSITIVE_INFINITY : concurrency - inUse,
      rate === null ? Number.POSITIVE_INFINITY : roomInWindow(starts, now, rate).room,
    );
  });
  const granted = Math.max(0, Math.min(permitNos.length, ...rooms));
  const taken = permitNos.slice(0, granted);
  return {
    granted,
    state: {
      permits: [
        ...state.permits,
        ...taken.flatMap((permitNo) =>
          limits.filter(({ concurrency }) => concurrency !== null).map(({ limiter }) => ({ permitNo, limiter })),
        ),
      ],
      starts: [
        ...state.starts,
        ...taken.flatMap(() => limits.filter(({ rate }) => rate !== null).map(({ limiter }) => ({ limiter, at: now }))),
      ],
    },
  };
}
