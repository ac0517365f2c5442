/** Takes pruned tasks before they are deleted. */
export interface TaskArchive {
  /**
   * Stores lines for good: when it resolves they must have survived whatever can happen, because the deletion of their
   * tasks is committed next. If it throws, that batch is not deleted and the run ends with its error.
   * @param lines JSON texts without line breaks, one a task
   */
  append(lines: readonly string[]): Promise<void>;
}
