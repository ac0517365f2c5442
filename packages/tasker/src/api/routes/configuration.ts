import { z } from "zod";
import { route } from "../route.ts";
import { Json } from "../shapes/common.ts";
import { ConfigurationVersion, Option, OptionParams } from "../shapes/configuration.ts";

const TAG = "Configuration";

/** Shows the configuration. */
export const getConfiguration = route({
  id: "getConfiguration",
  method: "GET",
  path: "/v1/configuration",
  tag: TAG,
  summary: "Show every option with its value and where that comes from",
  description: "Secrets are masked. `version` is that of the options in the database, and the ETag.",
  permission: { resource: "tasker.configuration", action: "index", on: "all" },
  answer: z.object({ environment: z.string(), version: ConfigurationVersion, options: z.array(Option) }),
  errors: [422],
});

/** Shows an option. */
export const getOption = route({
  id: "getOption",
  method: "GET",
  path: "/v1/configuration/{path}",
  tag: TAG,
  summary: "Show an option with its value and where that comes from",
  permission: { resource: "tasker.configuration", action: "show", on: "all" },
  params: OptionParams,
  answer: Option.extend({ version: ConfigurationVersion }),
  errors: [422],
});

const CHANGE = {
  path: "/v1/configuration/{path}",
  tag: TAG,
  description:
    "With the header `If-Match` and a version, only if nobody has changed an option in the database since: 412 otherwise. " +
    "The configuration is checked as a whole first.",
  permission: { resource: "tasker.configuration", action: "update", on: "all" },
  params: OptionParams,
  answer: Option.extend({ version: ConfigurationVersion }),
  errors: [412, 422],
} as const;

/** Sets an option. */
export const setOption = route({
  ...CHANGE,
  id: "setOption",
  method: "PUT",
  summary: "Set an option for all processes on the database, while they run",
  body: z.strictObject({ value: Json }),
});

/** Unsets an option. */
export const unsetOption = route({
  ...CHANGE,
  id: "unsetOption",
  method: "DELETE",
  summary: "Take an option out of the database: what files and variables say counts again",
});
