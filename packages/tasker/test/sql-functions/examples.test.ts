import { afterAll, beforeAll } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { dependencyLevelsExamples } from "./examples/dependency-levels.ts";
import { executionContextExamples } from "./examples/execution-context.ts";
import { type OnContent, readinessExamples } from "./examples/readiness.ts";
import { slowestExamples } from "./examples/slowest.ts";
import { analyticsExamples, systemHealthExamples } from "./examples/whole-database.ts";
import { withContent } from "./store-content.ts";

describeEachDatabase("the SQL functions", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const on: OnContent = (content, check, timeZone) => withContent(database, content, check, timeZone);

  readinessExamples(on);
  executionContextExamples(on);
  dependencyLevelsExamples(on);
  systemHealthExamples(on);
  analyticsExamples(on);
  slowestExamples(on);
});
