/** What correlation ids begin with. */
export const CORRELATION_ID_PREFIX = "tsk";
/** Random letters and digits at the end of a correlation id. */
export const CORRELATION_ID_SUFFIX_LENGTH = 6;
/** Upper bounds of durations in seconds, unless a metric has others. */
export const DURATION_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
