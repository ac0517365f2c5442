import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");

/**
 * Installs schemathesis, with the versions of requirements.txt, into an environment of Python that git ignores, unless it is there.
 * @returns the path of its program
 */
export function installSchemathesis(root: string): string {
  const version = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const directory = join(root, "node_modules/.cache", `schemathesis-${version}`);
  const isDone = join(directory, "installed");
  if (!existsSync(isDone)) {
    rmSync(directory, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", directory], { stdio: "inherit" });
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS];
    execFileSync(join(directory, "bin/python3"), pip, { stdio: "inherit" });
    writeFileSync(isDone, "");
  }
  return join(directory, "bin/schemathesis");
}
