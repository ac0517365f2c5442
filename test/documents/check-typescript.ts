import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { scratchDirectory } from "../../packages/tasker/test/support/scratch-directory.ts";
import { ROOT } from "../support/repository.ts";
import type { CodeBlock } from "./code-blocks.ts";

const execFileAsync = promisify(execFile);

/** A program that takes longer is killed, in milliseconds: less than the time limit of the test that waits for it. */
const LIMIT_MS = 100_000;

/** What running a program gave. */
interface Outcome {
  readonly failed: boolean;
  readonly output: string;
}

/** Blocks as the modules they form: a block marked `continues` belongs to the one before it in its document. */
export function joinContinuedBlocks(blocks: readonly CodeBlock[]): CodeBlock[] {
  const joined: CodeBlock[] = [];
  for (const block of blocks) {
    if (block.mark !== "continues") {
      joined.push(block);
      continue;
    }
    const index = joined.findLastIndex(({ document }) => document === block.document);
    const before = joined[index];
    if (before === undefined) throw new Error(`${block.place} continues a block, but none stands before it`);
    joined[index] = { ...before, code: `${before.code}\n${block.code}` };
  }
  return joined;
}

/**
 * Type-checks all blocks in one go, each as a module of its own, against the declarations of the package as it was built.
 * @returns the compiler's complaints with the places of the blocks, empty if there are none
 */
export function checkTypes(blocks: readonly CodeBlock[]): Promise<string> {
  return inProject(async (directory) => {
    const modules = joinContinuedBlocks(blocks).map((block, index) => ({ ...block, file: moduleName(block, index) }));
    for (const { file, code } of modules) await writeFile(join(directory, file), withExport(code));
    const configuration = {
      extends: join(ROOT, "tsconfig.base.json"),
      compilerOptions: {
        noEmit: true,
        allowJs: true,
        checkJs: true,
        // Examples are short: they may import or name what they do not use.
        noUnusedLocals: false,
        noUnusedParameters: false,
      },
      files: modules.map(({ file }) => file),
    };
    await writeFile(join(directory, "tsconfig.json"), JSON.stringify(configuration));
    const { output } = await runProgram(join(ROOT, "node_modules/.bin/tsc"), ["-p", directory, "--pretty", "false"]);
    return modules.reduce(
      (text, { file, place }) => text.replaceAll(new RegExp(`^.*${file.replaceAll(".", "\\.")}`, "gm"), place),
      output,
    );
  });
}

/** Runs a block as a module in a directory where nothing else is, with the package as it was built. */
export function runBlock(block: CodeBlock): Promise<Outcome> {
  return inProject(async (directory) => {
    const file = join(directory, moduleName(block, 0));
    await writeFile(file, block.code);
    return runProgram(process.execPath, [file], directory);
  });
}

/** Calls back with a directory that sees the packages of the repository; it is removed afterwards. */
async function inProject<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(scratchDirectory(), "tasker-document-"));
  try {
    await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function moduleName({ language }: CodeBlock, index: number): string {
  return `block${index}.m${language}`;
}

/** An empty export makes a module of a block that imports nothing, so that blocks do not see each other's names. */
function withExport(code: string): string {
  return `${code}\nexport {};\n`;
}

async function runProgram(command: string, args: readonly string[], cwd = ROOT): Promise<Outcome> {
  try {
    const { stdout, stderr } = await execFileAsync(command, args, { cwd, timeout: LIMIT_MS, killSignal: "SIGKILL" });
    return { failed: false, output: stdout + stderr };
  } catch (error) {
    // A compiler that was killed has no complaints, which is not what a caller takes that for.
    if (error instanceof Error && "killed" in error && error.killed === true) {
      throw new Error(`${command} was killed after ${LIMIT_MS / 1_000} seconds`, { cause: error });
    }
    if (error instanceof Error && "stdout" in error && "stderr" in error) {
      return { failed: true, output: `${error.stdout}${error.stderr}` };
    }
    throw error;
  }
}
