import type { Reporter, TestModule } from "vitest/node";

/**
 * Where `CI=true`, every test must run: one that was skipped fails the run. One that passed only at its second attempt, which
 * CI gives to a machine that stood still for a while, is named at the end.
 */
export default class NoTestLeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (process.env.CI !== "true") return;
    const skipped = modules.flatMap((module) => [...module.children.allTests("skipped")]);
    for (const test of skipped)
      console.error(`skipped, though CI=true: ${test.module.relativeModuleId} > ${test.fullName}`);
    if (skipped.length > 0) process.exitCode = 1;
    const flaky = modules
      .flatMap((module) => [...module.children.allTests("passed")])
      .filter((test) => test.diagnostic()?.flaky === true);
    for (const test of flaky)
      console.error(`passed only at the second attempt: ${test.module.relativeModuleId} > ${test.fullName}`);
  }
}
