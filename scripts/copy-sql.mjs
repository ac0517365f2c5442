// Copies the engine's SQL files and the schema that they make into its build, where tsc leaves them out. Run after tsc.
import { cpSync, rmSync } from "node:fs";

const migrations = new URL("../packages/tasker/src/database/migrations/", import.meta.url);
const built = new URL("../packages/tasker/dist/database/migrations/", import.meta.url);

// first removed, so that a renamed migration does not stay in the build under its old name
rmSync(built, { recursive: true, force: true });
cpSync(migrations, built, { recursive: true, filter: (source) => !source.includes(".") || source.endsWith(".sql") });

cpSync(
  new URL("../packages/tasker/src/database/doctor/expected-schema.json", import.meta.url),
  new URL("../packages/tasker/dist/database/doctor/expected-schema.json", import.meta.url),
);
