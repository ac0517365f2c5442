/** Shares of busy connections up to which a pool counts as lowly, moderately and highly loaded; what is more is critical. */
export const POOL_PRESSURE_LIMITS = Object.freeze({ low: 0.5, moderate: 0.7, high: 0.85 });
/** Share of the free connections that is used above low pressure, however the factors are set. */
export const MAX_SAFE_CONNECTION_PERCENTAGE = 0.6;

/**
 * Figures of the reference for what a batch leaves behind: nothing here goes by them, because there are no batches.
 * `emergency_fallback_concurrency`: what `execution.min_concurrent_steps` stands for here.
 */
export const REFERENCE_BATCHES = Object.freeze({
  future_cleanup_wait_seconds: 1,
  gc_trigger_batch_size_threshold: 6,
  gc_trigger_duration_threshold: 30,
  emergency_fallback_concurrency: 3,
});

/** What of a request to run a task a task handler sees. */
export const TASK_REQUEST_ATTRIBUTES = ["name", "context", "initiator", "reason", "source_system"] as const;
/** Fields of a task that can be edited. */
export const TASK_UPDATE_FIELDS = ["reason", "tags"] as const;
/** Fields of a step that can be edited. */
export const STEP_UPDATE_FIELDS = ["retry_limit", "inputs"] as const;
