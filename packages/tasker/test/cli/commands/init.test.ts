import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dependencyOn, packageName } from "../../../src/cli/project/project-files.ts";
import { runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

const FILES = [".gitignore", "README.md", "order.js", "order.json", "order.yaml", "package.json"];

describe("tasker init", () => {
  test("writes a project and says what to do next", async () => {
    using directory = new WorkDirectory();
    const { code, out } = await runCaptured(["init", "My Shop"], { cwd: directory.path });
    expect(code).toBe(0);
    expect(readdirSync(join(directory.path, "My Shop")).sort()).toEqual(FILES);
    expect(out.trimEnd().split("\n").at(-1)).toBe("next: cd 'My Shop' && npm install && npm start");
    const file: unknown = JSON.parse(readFileSync(join(directory.path, "My Shop/package.json"), "utf8"));
    expect(file).toMatchObject({ name: "my-shop", type: "module", dependencies: { tasker: expect.any(String) } });
  });

  test("the template of the project is valid", async () => {
    using directory = new WorkDirectory();
    await runCaptured(["init"], { cwd: directory.path });
    expect(await runCaptured(["template", "validate", "order.yaml"], { cwd: directory.path })).toEqual({
      code: 0,
      out: "order.yaml: shop/order 1.0.0, 4 steps\n",
      err: "",
    });
  });

  test("overwrites nothing", async () => {
    using directory = new WorkDirectory({ "order.yaml": "mine", "README.md": "mine too" });
    const { code, err } = await runCaptured(["init"], { cwd: directory.path });
    expect(code).toBe(1);
    expect(err).toBe("error TASKER_FILE_EXISTS: order.yaml, README.md exist already in '.'; nothing was written\n");
    expect(readdirSync(directory.path).sort()).toEqual(["README.md", "order.yaml"]);
  });

  test.each([
    ["/home/ada/Coffee Shop!", "coffee-shop"],
    ["/x/tasker", "tasker-project"],
    ["/x/___", "tasker-project"],
    ["/", "tasker-project"],
  ])("a project in %s is named %s", (directory, name) => {
    expect(packageName(directory)).toBe(name);
  });

  test("the project depends on the installed version, or on this copy if it was not installed", () => {
    const installed = { directory: "/usr/lib/node_modules/tasker", version: "1.2.3" };
    expect(dependencyOn(installed, "/home/ada/shop")).toBe("^1.2.3");
    const copy = { directory: "/src/tasker/packages/tasker", version: "1.2.3" };
    expect(dependencyOn(copy, "/src/shop")).toBe("file:../tasker/packages/tasker");
    expect(dependencyOn(copy, "/src/tasker")).toBe("file:./packages/tasker");
  });
});
