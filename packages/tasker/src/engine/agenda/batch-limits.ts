/** Most steps that a batch adds to tasks, give or take those of one task: what comes after them waits for the next one. */
export const MOST_ADDED = 20_000;
