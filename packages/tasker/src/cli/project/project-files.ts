import { isAbsolute, relative, sep } from "node:path";
import type { GeneratedFile } from "../generate/generated-file.ts";
import type { OwnPackage } from "../own-package.ts";
import { CONTEXT, HANDLERS, TEMPLATE } from "./order-workflow.ts";

/**
 * The files of a new project: an order workflow that runs at once.
 * @param directory absolute path of the project; its last part gives the name
 */
export function projectFiles(directory: string, own: OwnPackage): GeneratedFile[] {
  const name = packageName(directory);
  return [
    { path: "package.json", text: packageFile(name, dependencyOn(own, directory)) },
    { path: "order.yaml", text: TEMPLATE },
    { path: "order.js", text: HANDLERS },
    { path: "order.json", text: CONTEXT },
    { path: "README.md", text: readme(name) },
    { path: ".gitignore", text: "node_modules/\n.tasker/\n" },
  ];
}

/** A name that npm accepts, from the last part of a path. */
export function packageName(directory: string): string {
  const last = directory.split(/[\\/]/).findLast((part) => part !== "") ?? "";
  const name = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" || name === "tasker" ? "tasker-project" : name.slice(0, 100);
}

/** Where the project gets Tasker from: the registry, or this copy of it if it was not installed from there. */
export function dependencyOn(own: OwnPackage, directory: string): string {
  if (own.directory.split(sep).includes("node_modules")) return `^${own.version}`;
  const path = relative(directory, own.directory);
  return `file:${(isAbsolute(path) || path.startsWith("..") ? path : `./${path}`).replaceAll(sep, "/")}`;
}

function packageFile(name: string, tasker: string): string {
  const content = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { start: "tasker run order.yaml --context order.json --watch" },
    dependencies: { tasker },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function readme(name: string): string {
  return `# ${name}

A workflow for [Tasker](https://www.npmjs.com/package/tasker): check an order, reserve its items and charge the card
side by side, then send the receipt.

| file | holds |
|---|---|
| \`order.yaml\` | the template: which steps there are, what each waits for, how often it is tried |
| \`order.js\` | the step handlers: the code of each step |
| \`order.json\` | the context of one task: the order |

\`\`\`sh
npm install
npm start                                    # one order, watched
npx tasker task list                         # what has run
npx tasker task show 1                       # one task with its audit trail
npx tasker submit order.yaml --context order.json
npx tasker work --template order.yaml        # executes what was submitted, until Ctrl-C
\`\`\`

The first charge fails on purpose and is tried again after a second. Everything is kept in \`.tasker/data\`, an embedded
database for development; set \`DATABASE_URL\` and run \`npx tasker migrate\` to use PostgreSQL.
`;
}
