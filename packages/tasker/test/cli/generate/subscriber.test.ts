import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

describe("tasker generate subscriber", () => {
  test("takes what cannot be replaced for a mistake, until it is told to", async () => {
    using project = new WorkDirectory({ "hooks/mail-subscriber.ts": "mine" });
    const generate = (...argv: string[]) =>
      runCaptured(["generate", "subscriber", "mail", "--dir", "hooks", ...argv], { cwd: project.path });
    expect(await generate()).toEqual({
      code: 1,
      out: "",
      err: "error TASKER_FILE_EXISTS: mail-subscriber.ts exists already in 'hooks'; nothing was written (--force replaces them)\n",
    });
    expect(existsSync(join(project.path, "hooks/mail-subscriber.test.ts"))).toBe(false);
    expect(await generate("--force")).toMatchObject({
      code: 0,
      out: "replaced hooks/mail-subscriber.ts\nwrote hooks/mail-subscriber.test.ts\n",
    });
    expect(readFileSync(join(project.path, "hooks/mail-subscriber.ts"), "utf8")).toContain("class MailSubscriber");
  });

  test.each([
    [["1st"], "the name is '1st', expected a letter, then letters, digits, - and _"],
    [["../x"], "the name is '../x', expected a letter"],
    [
      ["a", "--events", "task.complet"],
      `--events has 'task.complet', expected an event of the engine or a name that does not`,
    ],
    [["a", "--events", "task.complet"], `did you mean "task.completed"?`],
    [["a", "--events", "paid"], "or a name with a dot inside, such as order.paid"],
    [["a", "--events", 'a.b"'], "or a name of letters, digits, dots, - and _"],
    [["a", "--events", "step.*()"], "--events has 'step.*()', expected a pattern, such as step.* or order.**"],
  ])("%j is not understood, and nothing is written", async (argv, message) => {
    using project = new WorkDirectory();
    const { code, err } = await runCaptured(["generate", "subscriber", ...argv], { cwd: project.path });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(project.path, "subscribers"))).toBe(false);
  });
});
