import { parseTemplate } from "../../../templates/parse-template.ts";
import type { OwnPackage } from "../../own-package.ts";
import { dependencyOn } from "../../project/project-files.ts";
import { configurationFile } from "../config-file.ts";
import type { GeneratedFile } from "../generated-file.ts";
import type { GeneratedName } from "../generated-name.ts";
import { skeletonFiles } from "../skeleton.ts";
import { composeFile } from "./compose-file.ts";
import { DOMAINS, type Domain } from "./domains.ts";
import { readmeFile } from "./readme-file.ts";

/** What an application is to be like. */
export interface ApplicationChoice {
  readonly name: GeneratedName;
  /** Absolute path of its directory. */
  readonly directory: string;
  readonly domains: readonly Domain[];
  /** Where the API steps call, unless the variable API_URL says otherwise. */
  readonly apiUrl: string;
  readonly tests: boolean;
  readonly docker: boolean;
  /** Whether metrics are served, and collected where it runs in containers. */
  readonly observability: boolean;
}

/**
 * The files of an application that runs at once.
 * @throws InvalidTemplateError if its templates would not be valid, such as for an address that is none
 */
export async function applicationFiles(choice: ApplicationChoice, own: OwnPackage): Promise<readonly GeneratedFile[]> {
  const { name, domains, apiUrl, tests, docker, observability } = choice;
  const left = DOMAINS.filter((domain) => !domains.some((chosen) => chosen.name === domain.name));
  const project = await skeletonFiles("application/project", name, { "https://dummyjson.com": apiUrl });
  const wanted = project.filter(
    ({ path }) => (tests || !path.startsWith("test/")) && !left.some(({ stem }) => path.includes(`/${stem}.`)),
  );
  for (const { path, text } of wanted) {
    if (path.endsWith(".yaml")) parseTemplate(text, { file: path, variables: {} });
  }
  return [
    { path: "package.json", text: packageFile(choice, own) },
    { path: "README.md", text: readmeFile(choice) },
    { path: ".gitignore", text: "node_modules/\n.tasker/\ndata/\n" },
    { path: "tasker.yaml", text: configurationFile() },
    ...wanted,
    ...(docker ? [{ path: "compose.yaml", text: composeFile(choice) }] : []),
    ...(docker ? await skeletonFiles("application/docker", name) : []),
    ...(docker && observability ? await skeletonFiles("application/observability", name) : []),
  ];
}

function packageFile({ name, directory, domains, tests, observability }: ApplicationChoice, own: OwnPackage): string {
  const stem = domains[0]?.stem ?? "";
  const content = {
    name: name.kebab === "tasker" ? "tasker-application" : name.kebab,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=22.19" },
    scripts: {
      start: `tasker run tasks/${stem}.yaml --context contexts/${stem}.json --expand-variables --watch`,
      work: `tasker work --templates tasks --expand-variables${observability ? " --metrics-port 9464" : ""}`,
      ...(tests ? { test: 'node --test "test/**/*.test.ts"' } : {}),
      check: "tsc -p .",
    },
    dependencies: { tasker: dependencyOn(own, directory) },
    devDependencies: { "@types/node": "^24.0.0", typescript: "^7.0.2" },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
