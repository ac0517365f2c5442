import type { ApplicationChoice } from "./application-files.ts";

/** What a reader of the application needs to know. */
export function readmeFile({ name, domains, apiUrl, tests, docker, observability }: ApplicationChoice): string {
  const rows = domains.map(
    ({ name: domain, stem, description }) => `| \`${domain}\` | \`tasks/${stem}.yaml\` | ${description} |`,
  );
  const stem = domains[0]?.stem ?? "";
  return `# ${name.kebab}

Workflows for [Tasker](https://www.npmjs.com/package/tasker):

| namespace | template | what it does |
| --- | --- | --- |
${rows.join("\n")}

Beside each template stands the module with its handlers; \`contexts\` has an example of what a task is given.

\`\`\`sh
npm install
npm start                                   # one task, watched
npx tasker submit tasks/${stem}.yaml --context contexts/${stem}.json --expand-variables
npm run work                                # executes what was submitted, until Ctrl-C
npx tasker task list
${tests ? "npm test                                    # with a server in the place of the remote system\n" : ""}npm run check                               # types
\`\`\`

| variable | default | |
| --- | --- | --- |
| \`API_URL\` | \`${apiUrl}\` | the system that the API steps call |
| \`DATA_DIR\` | \`data\` | where \`src/records.ts\` puts records and messages, as files: the place for your own database and mail provider |
| \`DATABASE_URL\` | | PostgreSQL for Tasker; run \`npx tasker migrate\` once. Without it there is an embedded database in \`.tasker/data\` |

\`tasker.yaml\` has every option of the configuration as a comment.
${observability ? METRICS : ""}${docker ? dockerText(observability) : ""}`;
}

const METRICS = `
\`npm run work\` serves metrics for Prometheus at http://127.0.0.1:9464/metrics.
`;

function dockerText(observability: boolean): string {
  const prometheus = observability ? " Prometheus is at http://127.0.0.1:9090." : "";
  return `
\`docker compose up --build\` runs PostgreSQL and a process that works.${prometheus} The dependency \`tasker\` in \`package.json\`
must be one that can be installed from a registry.
`;
}
