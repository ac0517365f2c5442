import { chown, lstat, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { claimSocketPath, isOwnSocket, localSocketPath } from "../../../src/cli/serving/local-socket-path.ts";

const SHORT = "/data/shop";
const LONG = `/data/${"a".repeat(100)}`;

/** A directory for temporary files of the test's own. */
async function makeTemporary(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "tasker-socket-"));
  vi.stubEnv("TMPDIR", path);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(path, { recursive: true });
  });
  return path;
}

const isRoot = userInfo().uid === 0;

describe("the socket of an embedded database", () => {
  test("is in its directory", async () => {
    expect(localSocketPath(SHORT)).toBe("/data/shop/socket");
    expect(await claimSocketPath(SHORT)).toBe("/data/shop/socket");
  });

  test("is in a directory of the user's own where the path would be too long, one for each database", () => {
    const path = localSocketPath(LONG);
    expect(dirname(path)).toBe(join(tmpdir(), `tasker-${userInfo().uid}`));
    expect(path).not.toBe(localSocketPath(`${LONG}b`));
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103);
  });

  test("has a directory there that is for nobody else", async () => {
    await makeTemporary();
    const path = await claimSocketPath(LONG);
    expect(await claimSocketPath(LONG)).toBe(path);
    expect((await lstat(dirname(path))).mode & 0o777).toBe(0o700);
  });

  test("is taken for one only if it is there", async () => {
    expect(await isOwnSocket(join(await makeTemporary(), "socket"))).toBe(false);
  });

  // Only root can give a file to somebody else.
  test.runIf(isRoot)(
    "is not spoken to if somebody else made it, nor put where somebody else could put one",
    async () => {
      const path = join(await makeTemporary(), "socket");
      await writeFile(path, "");
      expect(await isOwnSocket(path)).toBe(true);
      await chown(path, 65534, 65534);
      expect(await isOwnSocket(path)).toBe(false);
      await chown(dirname(await claimSocketPath(LONG)), 65534, 65534);
      await expect(claimSocketPath(LONG)).rejects.toThrow(/has to belong to the user/);
    },
  );
});
