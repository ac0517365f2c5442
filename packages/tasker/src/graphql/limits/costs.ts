/** What a list is counted as that is read for itself: some statements, which nothing else shares. */
export const LIST_COST = 250;
/** What a mutation is counted as: a transaction, and what it looks at before. */
export const MUTATION_COST = 250;
/** What counting is counted as: a statement that looks at every task which a filter fits. */
export const COUNT_COST = 2_000;
