import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { loadConfiguration } from "../../src/settings/load-configuration.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

interface Broken {
  readonly what: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly file?: string;
  /** The lines of the message: all of them, in this order. */
  readonly expected: readonly string[];
}

const BROKEN: readonly Broken[] = [
  {
    what: "a number as a text",
    files: { "tasker.yaml": 'version: 1\ncache:\n  default_ttl: "300"\n' },
    expected: ['tasker.yaml:3: cache.default_ttl is "300", expected a whole number from 1 to 2147483647'],
  },
  {
    what: "a number below its range",
    files: { "tasker.yaml": "version: 1\ncache:\n  default_ttl: 0\n" },
    expected: ["tasker.yaml:3: cache.default_ttl is 0, expected a whole number from 1 to 2147483647"],
  },
  {
    what: "a number with a part after the point",
    files: { "tasker.yaml": "version: 1\nbackoff:\n  max_backoff_seconds: 1.5\n" },
    expected: ["tasker.yaml:3: backoff.max_backoff_seconds is 1.5, expected a whole number from 1 to 2147483647"],
  },
  {
    what: "a share above 1",
    files: { "tasker.yaml": "version: 1\n\n# share\nbackoff:\n  jitter_max_percentage: 10\n" },
    expected: ["tasker.yaml:5: backoff.jitter_max_percentage is 10, expected a number from 0 to 1"],
  },
  {
    what: "a word for a truth value",
    files: { "tasker.yaml": 'version: 1\nauth:\n  authentication_enabled: "yes"\n' },
    expected: ['tasker.yaml:3: auth.authentication_enabled is "yes", expected true or false'],
  },
  {
    what: "a misspelt option",
    files: { "tasker.yaml": "version: 1\ncache:\n  defualt_ttl: 60\n" },
    expected: ['tasker.yaml:3: cache.defualt_ttl is 60, expected a key that is known (did you mean "default_ttl"?)'],
  },
  {
    what: "a misspelt section",
    files: { "tasker.yaml": "version: 1\nhealht:\n  cache_duration_seconds: 5\n" },
    expected: [
      'tasker.yaml:2: healht is {"cache_duration_seconds":5}, expected a key that is known (did you mean "health"?)',
    ],
  },
  {
    what: "a misspelt key of the file",
    files: { "tasker.yaml": "version: 1\nextend: base.yaml\n" },
    expected: ['tasker.yaml:2: extend is "base.yaml", expected a key that is known (did you mean "extends"?)'],
  },
  {
    what: "names of the reference's own templates",
    files: { "tasker.yaml": "version: 1\nauth:\n  enabled: true\n  coordinator_class: Staff\n  options: {}\n" },
    expected: [
      "tasker.yaml:3: auth.enabled is true, expected a key that is known (it is called auth.authorization_enabled)",
      'tasker.yaml:4: auth.coordinator_class is "Staff", expected a key that is known (it is called auth.authorization_coordinator_class)',
      "tasker.yaml:5: auth.options is {}, expected a key that is known (it never had an effect: take it out)",
    ],
  },
  {
    what: "the other name of a section",
    files: { "tasker.yaml": "version: 1\nauthentication:\n  strategy: none\n" },
    expected: [
      'tasker.yaml:2: authentication is {"strategy":"none"}, expected a key that is known (it is called auth)',
    ],
  },
  {
    what: "an unknown level",
    files: { "tasker.yaml": "version: 1\ntelemetry:\n  log_level: verbose\n" },
    expected: ['tasker.yaml:3: telemetry.log_level is "verbose", expected one of debug, info, warn, error, fatal'],
  },
  {
    what: "an address without a scheme",
    files: { "tasker.yaml": "version: 1\ntelemetry:\n  prometheus:\n    endpoint: prometheus:9090\n" },
    expected: [
      'tasker.yaml:4: telemetry.prometheus.endpoint is "prometheus:9090", expected an address such as https://prometheus.example.com/api/v1/otlp/v1/metrics',
    ],
  },
  {
    what: "a user without a password",
    files: { "tasker.yaml": "version: 1\ntelemetry:\n  prometheus:\n    username: me\n" },
    expected: ["tasker.yaml:3: telemetry.prometheus.password is missing, expected a text, because username is given"],
  },
  {
    what: "a secret of the wrong type, which is not repeated",
    files: { "tasker.yaml": "version: 1\ntelemetry:\n  prometheus:\n    username: me\n    password: 12345\n" },
    expected: ['tasker.yaml:5: telemetry.prometheus.password is "[secret]", expected a text that is not empty'],
  },
  {
    what: "secrets under misspelt names, which are not repeated",
    files: {
      "tasker.yaml": `version: 1
telemetry:
  prometheus:
    pasword: hush-hush
auth:
  authenticator_option: {secret: hush-hush}
engine:
  encryption_keys:
    - {id: a, kee: hush-hush}
plugin: {mail: {smtp_password: hush-hush}}
when:
  - {if: {env: test}, than: {telemetry: {prometheus: {password: hush-hush}}}}
`,
    },
    variables: { TASKER_TELEMETRI__PROMETHEUS__PASSWORD: "hush-hush" },
    expected: [
      'tasker.yaml:4: telemetry.prometheus.pasword is "[secret]", expected a key that is known (did you mean "password"?)',
      'tasker.yaml:6: auth.authenticator_option is "[secret]", expected a key that is known (did you mean "authenticator_options"?)',
      `tasker.yaml:9: engine.encryption_keys[0].key is missing, expected 32 bytes, or a reference such as \${env:NAME}`,
      'tasker.yaml:9: engine.encryption_keys[0].kee is "[secret]", expected a key that is known (did you mean "key"?)',
      'tasker.yaml:10: plugin is "[secret]", expected a key that is known (did you mean "plugins"?)',
      'tasker.yaml:12: when[0].than is "[secret]", expected a key that is known (did you mean "then"?)',
      'tasker.yaml:12: when[0] is "[secret]", expected a mapping with if and then',
      'TASKER_TELEMETRI__PROMETHEUS__PASSWORD: telemetri.prometheus.password is "[secret]", expected an option of a section (did you mean "telemetry"?)',
    ],
  },
  {
    what: "a section that is a list",
    files: { "tasker.yaml": "version: 1\ncache: [60]\n" },
    expected: [
      "tasker.yaml:2: cache is [60], expected a mapping with the keys default_ttl, adaptive_ttl_enabled, performance_tracking_enabled, hit_rate_smoothing_factor, access_frequency_decay_rate, min_adaptive_ttl, max_adaptive_ttl, dashboard_cache_ttl, cache_pressure_threshold, adaptive_calculation_interval, store",
    ],
  },
  {
    what: "a member of a list",
    files: { "tasker.yaml": "version: 1\nbackoff:\n  default_backoff_seconds:\n    - 1\n    - two\n" },
    expected: [
      'tasker.yaml:5: backoff.default_backoff_seconds[1] is "two", expected a whole number from 0 to 2147483647',
    ],
  },
  {
    what: "bounds that cross",
    files: { "tasker.yaml": "version: 1\nexecution:\n  min_concurrent_steps: 20\n" },
    expected: [
      "tasker.yaml:3: execution.min_concurrent_steps is 20, expected at most max_concurrent_steps_limit, which is 12",
    ],
  },
  {
    what: "bounds that cross between two files",
    files: {
      "tasker.yaml": "version: 1\ncache:\n  min_adaptive_ttl: 500\n",
      "tasker.development.yaml": "version: 1\ncache:\n  max_adaptive_ttl: 400\n",
    },
    expected: ["tasker.yaml:3: cache.min_adaptive_ttl is 500, expected less than max_adaptive_ttl, which is 400"],
  },
  {
    what: "a strategy without its class",
    files: { "tasker.yaml": "version: 1\nengine:\n  identity_strategy: custom\n" },
    expected: [
      'tasker.yaml:2: engine.identity_strategy_class is missing, expected a class, because identity_strategy is "custom"',
    ],
  },
  {
    what: "thresholds that fall",
    files: { "tasker.yaml": "version: 1\ndependency_graph:\n  severity_thresholds: {critical: 10}\n" },
    expected: [
      'tasker.yaml:3: dependency_graph.severity_thresholds is {"critical":10}, expected thresholds that do not fall from medium over high to critical',
    ],
  },
  {
    what: "a file without a version",
    files: { "tasker.yaml": "cache:\n  default_ttl: 60\n" },
    expected: [
      "tasker.yaml:1: version is missing, expected 1, the version of the format (tasker config migrate tasker.yaml brings it up to date)",
    ],
  },
  {
    what: "a file of a later release",
    files: { "tasker.yaml": "version: 2\n" },
    expected: [
      "tasker.yaml:1: version is 2, expected 1, the version of the format (a newer release of tasker reads it)",
    ],
  },
  {
    what: "text that is no YAML",
    files: { "tasker.yaml": "version: 1\ncache:\n  default_ttl: [60\n" },
    expected: [
      "tasker.yaml:4: invalid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  },
  {
    what: "a key that comes twice",
    files: { "tasker.yaml": "version: 1\ncache:\n  default_ttl: 60\n  default_ttl: 70\n" },
    expected: ['tasker.yaml:4: found "default_ttl" twice in one mapping, expected it once (first on line 3)'],
  },
  {
    what: "an empty file",
    files: { "tasker.yaml": "" },
    expected: ["tasker.yaml:1: found an empty file, expected a mapping"],
  },
  {
    what: "a file that is a list",
    files: { "tasker.yaml": "- version\n" },
    expected: ["tasker.yaml:1: expected a mapping with sections"],
  },
  {
    what: "a file that is not there",
    file: "shop.yaml",
    expected: ["shop.yaml: found no such file, expected a configuration in YAML"],
  },
  {
    what: "an extended file that is not there",
    files: { "tasker.yaml": "version: 1\nextends: base.yaml\n" },
    expected: ['tasker.yaml:2: extends is "base.yaml", expected a file that is there'],
  },
  {
    what: "files that extend each other",
    files: { "tasker.yaml": "version: 1\nextends: a.yaml\n", "a.yaml": "version: 1\nextends: tasker.yaml\n" },
    expected: ['a.yaml:2: extends is "tasker.yaml", expected a file that does not extend this one'],
  },
  {
    what: "an unknown preset",
    files: { "tasker.yaml": "version: 1\nextends: preset:prodution\n" },
    expected: [
      'tasker.yaml:2: extends is "preset:prodution", expected a preset that is known (did you mean "production"?)',
    ],
  },
  {
    what: "an option of an extended file",
    files: {
      "tasker.yaml": "version: 1\nextends: [base.yaml]\n",
      "base.yaml": "version: 1\nhealth:\n  readiness_timeout_seconds: 0\n",
    },
    expected: ["base.yaml:3: health.readiness_timeout_seconds is 0, expected a number from 0.001 to 3600"],
  },
  {
    what: "an environment that does not count here",
    files: { "tasker.yaml": "version: 1\nenvironments:\n  production:\n    cache: {default_ttl: soon}\n" },
    expected: ['tasker.yaml:4: cache.default_ttl is "soon", expected a whole number from 1 to 2147483647'],
  },
  {
    what: "an environment that is no mapping",
    files: { "tasker.yaml": "version: 1\nenvironments:\n  production: fast\n" },
    expected: ['tasker.yaml:3: environments.production is "fast", expected a mapping with sections'],
  },
  {
    what: "a condition that asks for nothing known",
    files: { "tasker.yaml": "version: 1\nwhen:\n  - if: {host: a}\n    then: {cache: {default_ttl: 1}}\n" },
    expected: [
      'tasker.yaml:3: when[0].if.host is "a", expected a key that is known (did you mean "hostname"?)',
      'tasker.yaml:3: when[0].if is {"host":"a"}, expected a mapping with env, hostname or variable',
    ],
  },
  {
    what: "a block without what follows",
    files: { "tasker.yaml": "version: 1\nwhen:\n  - if: {env: test}\n    than: {cache: {default_ttl: 1}}\n" },
    expected: [
      'tasker.yaml:3: when[0] is {"if":{"env":"test"},"than":{"cache":{"default_ttl":1}}}, expected a mapping with if and then',
      'tasker.yaml:4: when[0].than is {"cache":{"default_ttl":1}}, expected a key that is known (did you mean "then"?)',
    ],
  },
  {
    what: "a variable with a wrong value",
    variables: { TASKER_CACHE__DEFAULT_TTL: "soon" },
    expected: ['TASKER_CACHE__DEFAULT_TTL: cache.default_ttl is "soon", expected a whole number from 1 to 2147483647'],
  },
  {
    what: "a variable for an unknown option",
    variables: { TASKER_CACHE__DEFAULT_TTLS: "5" },
    expected: [
      'TASKER_CACHE__DEFAULT_TTLS: cache.default_ttls is 5, expected a key that is known (did you mean "default_ttl"?)',
    ],
  },
  {
    what: "a variable for an unknown section",
    variables: { TASKER_CASH__DEFAULT_TTL: "5" },
    expected: [
      'TASKER_CASH__DEFAULT_TTL: cash.default_ttl is "5", expected an option of a section (sections: auth, database, telemetry, engine, health, dependency_graph, backoff, execution, cache, server, graphql)',
    ],
  },
  {
    what: "a text in a hidden value",
    files: {
      "tasker.yaml":
        "version: 1\ncache: {default_ttl: soon}\nenvironments:\n  development: {cache: {default_ttl: 5}}\n",
    },
    expected: ['tasker.yaml:2: cache.default_ttl is "soon", expected a whole number from 1 to 2147483647'],
  },
  {
    what: "everything in three sources",
    files: {
      "tasker.yaml":
        "version: 1\ncache:\n  default_ttl: -1\n  hit_rate_smoothing_factor: 2\nhealth:\n  status_requires_authentication: maybe\n",
      "tasker.development.yaml": "version: 1\nbackoff: {jitter_enabled: 1}\n",
    },
    variables: { TASKER_TELEMETRY__LOG_FORMAT: "xml" },
    expected: [
      "tasker.yaml:3: cache.default_ttl is -1, expected a whole number from 1 to 2147483647",
      "tasker.yaml:4: cache.hit_rate_smoothing_factor is 2, expected a number from 0 to 1",
      'tasker.yaml:6: health.status_requires_authentication is "maybe", expected true or false (also yes, no, 1, 0)',
      "tasker.development.yaml:2: backoff.jitter_enabled is 1, expected true or false",
      'TASKER_TELEMETRY__LOG_FORMAT: telemetry.log_format is "xml", expected one of json, pretty_json, logfmt, pretty',
    ],
  },
];

async function refusalOf({ files = {}, variables = {}, file }: Broken): Promise<ConfigurationError> {
  using directory = new WorkDirectory(files);
  const refused = await loadConfiguration({ cwd: directory.path, variables, file }).then(
    () => null,
    (error: unknown) => error,
  );
  if (refused instanceof ConfigurationError) return refused;
  throw new Error("nothing was refused", { cause: refused });
}

describe("a broken configuration is refused with everything that is wrong:", () => {
  test.each(BROKEN)("$what", async (broken) => {
    expect((await refusalOf(broken)).message.split("\n")).toEqual(broken.expected);
  });

  test("programs find the same as facts", async () => {
    const files = { "tasker.yaml": "version: 1\ncache:\n  defualt_ttl: 60\n" };
    expect((await refusalOf({ what: "", files, expected: [] })).context.violations).toEqual([
      {
        source: "tasker.yaml",
        line: 3,
        path: "cache.defualt_ttl",
        value: 60,
        expected: "a key that is known",
        hint: 'did you mean "default_ttl"?',
      },
    ]);
  });
});
