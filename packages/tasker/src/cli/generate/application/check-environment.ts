import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { promisify } from "node:util";
import { skeletonDirectory } from "../skeleton.ts";

const execFileAsync = promisify(execFile);

/** What was found out of a thing that an application needs. */
export interface EnvironmentFinding {
  readonly name: string;
  readonly ok: boolean;
  /** The version that is there, or what is wrong. */
  readonly found: string;
}

/** Looks for what an application needs to be written and run; with `docker`, also in containers. Nothing is changed. */
export async function checkEnvironment(directory: string, docker: boolean): Promise<readonly EnvironmentFinding[]> {
  return Promise.all([
    checkNode(),
    checkProgram("npm", ["--version"]),
    ...(docker ? [checkProgram("docker", ["compose", "version", "--short"])] : []),
    checkAccess("templates of applications", skeletonDirectory(), constants.R_OK),
    checkAccess("directory to write to", directory, constants.W_OK),
  ]);
}

/** A Node that is too old does not come here: the entry of the command line ends. */
function checkNode(): EnvironmentFinding {
  return { name: "node", ok: true, found: process.versions.node };
}

async function checkProgram(name: string, argv: readonly string[]): Promise<EnvironmentFinding> {
  try {
    const { stdout } = await execFileAsync(name, argv, { timeout: 20_000 });
    return { name, ok: true, found: stdout.trim() };
  } catch {
    return { name, ok: false, found: `${[name, ...argv].join(" ")} does not run` };
  }
}

async function checkAccess(name: string, path: string, mode: number): Promise<EnvironmentFinding> {
  return access(path, mode).then(
    () => ({ name, ok: true, found: path }),
    () => ({ name, ok: false, found: `${path} cannot be used` }),
  );
}
