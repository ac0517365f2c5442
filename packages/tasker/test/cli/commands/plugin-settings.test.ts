import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";

const zod = createRequire(import.meta.url).resolve("zod");
const GREETER = `
import { appendFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const { z } = createRequire(import.meta.url)(${JSON.stringify(zod)});
export class Greeter {
  name = "greeter";
  settingsSchema = z.object({
    words: z.string().describe("what it says"),
    file: z.string(),
    times: z.int().min(1).default(2),
    key: z.string().meta({ writeOnly: true }).default(""),
  });
  setup({ settings }) {
    appendFileSync(settings.file, settings.words.repeat(settings.times) + settings.key.length);
  }
}
`;

describeOnPostgres("the section of a plugin", () => {
  test("reaches it with tasker work --plugin, is checked and shown, and shows no secret", async () => {
    const database = await createTestDatabase();
    using project = createOrderProject({ "greeter.js": GREETER });
    const said = `${project.path}/said.txt`;
    const tasker = (...argv: string[]) =>
      runCaptured(argv, { cwd: project.path, env: { DATABASE_URL: database.url, GREETER_KEY: "sesame-open" } });
    const write = (settings: string) => project.write("tasker.yaml", `version: 1\nplugins:\n  ${settings}\n`);
    const work = () => tasker("work", "--template", "order.yaml", "--until-idle", "--plugin", "./greeter.js");

    write(`greter: {words: hi}`);
    expect(await work()).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        'tasker.yaml:3: plugins.greter is {"words":"hi"}, expected a plugin that is loaded (did you mean "greeter"?)',
      ),
    });
    write(`greeter: {words: hi, file: ${said}, times: 0}`);
    expect(await work()).toMatchObject({
      code: 1,
      err: expect.stringContaining("tasker.yaml:3: plugins.greeter.times is 0, expected a whole number of 1 or more"),
    });

    write(`greeter: {words: hi, file: ${said}, key: "\${env:GREETER_KEY}"}`);
    expect(await work()).toMatchObject({ code: 0 });

    expect(readFileSync(said, "utf8")).toBe("hihi11");

    const shown = await tasker("config", "show", "--origin", "--plugin", "./greeter.js");
    expect(shown.out).toMatch(/plugins\.greeter\.times +2 +default/);
    expect(shown.out).toMatch(/plugins\.greeter\.key +"\$\{env:GREETER_KEY\}" +tasker\.yaml:3/);
    expect(shown.out).not.toContain("sesame");
    const explained = await tasker("config", "explain", "plugins.greeter.words", "--plugin", "./greeter.js");
    expect(explained.out).toContain('plugins.greeter.words: what it says\ntype: a text\ndefault: null\nnow: "hi"');
    const { out } = await tasker("config", "schema", "--plugin", "./greeter.js");
    expect(JSON.parse(out)).toMatchObject({
      properties: { plugins: { properties: { greeter: { required: ["words", "file"] } } } },
    });
    // A command that loads no plugins does not look at their sections.
    expect(await tasker("config", "validate")).toMatchObject({ code: 0 });
    await database.drop();
  });
});
