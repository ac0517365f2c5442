// Writes the files of an empty, migrated database beside the build, unless they are there already for the same migrations. Run
// after the migrations have been copied.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import { openEmbedded } from "../packages/tasker/dist/database/embedded.js";
import { imageFile } from "../packages/tasker/dist/database/embedded-image.js";
import { migrate } from "../packages/tasker/dist/database/migrate.js";

const file = fileURLToPath(imageFile());

if (!existsSync(file)) {
  const directory = mkdtempSync(join(tmpdir(), "tasker-image-"));
  try {
    const database = await openEmbedded(directory);
    await migrate(database);
    await database.close();
    const pglite = await PGlite.create({ dataDir: join(directory, "data") });
    const archive = await pglite.dumpDataDir("none");
    await pglite.close();
    // Others are of migrations that there are no more.
    rmSync(dirname(file), { recursive: true, force: true });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, gzipSync(Buffer.from(await archive.arrayBuffer())));
    renameSync(`${file}.${process.pid}`, file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
