import type { Route } from "../../api/route.ts";
import { getConfiguration, getOption, setOption, unsetOption } from "../../api/routes/configuration.ts";
import { MalformedRequestError } from "../../errors/index.ts";
import { describeOption, shownOption, shownOptions } from "../../settings/describe-option.ts";
import { type LoadedConfiguration, readConfiguration } from "../../settings/load-configuration.ts";
import { readStored, storedLayer } from "../../settings/stored/read-stored.ts";
import { storeOption } from "../../settings/stored/store-option.ts";
import { refusal } from "../../settings/violation.ts";
import { actorOf, type Call, implement } from "../http/call.ts";
import type { ServerParts } from "../server-parts.ts";

/** Shows the configuration. */
export const configurationDetails = implement(getConfiguration, async ({ parts }) => {
  const { loaded, version } = await read(parts);
  const options = shownOptions(loaded).map(({ path }) => shown(loaded, path));
  return { answer: { environment: loaded.environment, version, options }, headers: tag(version) };
});

/** Shows an option. */
export const optionDetails = implement(getOption, ({ params, parts }) => optionReply(parts, params.path));

/** Sets an option. */
export const optionSetting = implement(setOption, async (call) => {
  await store(call, call.params.path, call.body.value);
  return optionReply(call.parts, call.params.path);
});

/** Unsets an option. */
export const optionUnsetting = implement(unsetOption, async (call) => {
  await store(call, call.params.path, undefined);
  return optionReply(call.parts, call.params.path);
});

async function read({ database, sources }: Pick<ServerParts, "database" | "sources">) {
  const { version, values } = await readStored(database);
  const reading = await readConfiguration({ ...sources, mayMissReferences: true, stored: storedLayer(values) });
  if (reading.loaded === null) throw refusal(reading.violations);
  return { loaded: reading.loaded, version };
}

async function optionReply(parts: Pick<ServerParts, "database" | "sources">, path: string) {
  const { loaded, version } = await read(parts);
  return { answer: { ...shown(loaded, path), version }, headers: tag(version) };
}

function shown(loaded: LoadedConfiguration, path: string) {
  const { replacedBy, ...about } = describeOption(path, loaded.plugins);
  return { ...about, ...shownOption(loaded, path), replaced_by: replacedBy };
}

function store(
  call: Pick<Call<Route>, "principal" | "request" | "parts">,
  path: string,
  value: unknown,
): Promise<void> {
  const { database, clock, sources } = call.parts;
  const by = { ...actorOf(call), at: new Date(clock.now()) };
  return storeOption(database, { path, value, expectedVersion: wantedVersion(call.request.headers) }, by, sources);
}

/** The version that a request wants to change, if it names one. @throws MalformedRequestError */
function wantedVersion(headers: Headers): number | undefined {
  const text = headers.get("if-match");
  if (text === null || text === "*") return undefined;
  const digits = /^"?(\d{1,15})"?$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new MalformedRequestError([{ path: "header.if-match", value: text.slice(0, 100), expected: "a version" }]);
}

function tag(version: number) {
  return { etag: `"${version}"`, "cache-control": "no-store" };
}
