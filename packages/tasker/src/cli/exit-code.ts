/** Exit codes of the command line: done, failed, not understood, and stopped by a second signal (128 + SIGINT). */
export const EXIT = { done: 0, failed: 1, usage: 2, forced: 130 } as const;
