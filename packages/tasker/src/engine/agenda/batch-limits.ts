/** Most steps that a batch adds to tasks, give or take those of one task: what comes after them waits for the next one. */
export const MOST_ADDED = 20_000;

/**
 * Most characters of results, and of events that handlers published, in a batch, give or take those of one step: what comes after
 * them waits for the next one.
 */
export const MOST_RESULT_TEXT = 16_000_000;

/** Most events that handlers published in a batch, give or take those of one step. Each takes a place of the commit's 65,536. */
export const MOST_EVENTS = 20_000;
