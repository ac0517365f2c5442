import { type ExecutionConfig, executionConfig } from "./execution-config.ts";

function preset(
  ...[least, most, cache, base, perStep, longest]: readonly [number, number, number, number, number, number]
): ExecutionConfig {
  return executionConfig({
    min_concurrent_steps: least,
    max_concurrent_steps_limit: most,
    concurrency_cache_duration: cache,
    batch_timeout_base_seconds: base,
    batch_timeout_per_step_seconds: perStep,
    max_batch_timeout_seconds: longest,
  });
}

/** The reference's documented presets of the section `execution`, to be taken as they are or as a start. */
export const EXECUTION_PRESETS = Object.freeze({
  development: preset(2, 6, 60, 20, 5, 60),
  production: preset(5, 25, 15, 45, 8, 300),
  high_performance: preset(10, 50, 10, 60, 10, 600),
  api_heavy: preset(3, 8, 45, 60, 15, 300),
  database_heavy: preset(3, 8, 45, 30, 8, 180),
  mixed: preset(4, 16, 20, 35, 7, 200),
  test: preset(1, 3, 5, 10, 2, 30),
});
