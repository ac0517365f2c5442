/** Most steps that a batch adds to tasks, give or take those of one task: what comes after them waits for the next one. */
export const MOST_ADDED = 20_000;

/** Most characters of results in a batch, give or take those of one step: what comes after them waits for the next one. */
export const MOST_RESULT_TEXT = 16_000_000;
