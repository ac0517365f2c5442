import type { Connection } from "../database.ts";
import { quoteName } from "../quote-name.ts";
import { bool, int4, text } from "../sql-type.ts";
import { type RowOf, statement } from "../statement.ts";
import { type Finding, finding } from "./finding.ts";

/** Oldest server that Tasker works with. */
const OLDEST_SERVER = 140_000;

/** What the server gives to sessions that set nothing themselves. */
export const selectSettings = statement({
  name: "doctor_settings",
  text: `
    select current_setting('server_version_num')::int4 as version, split_part(version(), ' ', 2) as version_name,
      current_database()::text as database,
      (select reset_val from pg_settings where name = 'TimeZone') as time_zone,
      (select count(*) = 0 from (values ('2000-01-01'::timestamp), ('2000-07-01'::timestamp)) as moment (at)
       where moment.at at time zone (select reset_val from pg_settings where name = 'TimeZone')
         <> moment.at at time zone 'UTC') as is_utc,
      (select reset_val from pg_settings where name = 'default_transaction_isolation') as isolation,
      current_setting('autovacuum')::bool as autovacuum`,
  parameters: [],
  columns: {
    version: int4,
    version_name: text,
    database: text,
    time_zone: text,
    is_utc: bool,
    isolation: text,
    autovacuum: bool,
  },
});

/** Settings of a server, as a new session gets them. */
export type ServerSettings = RowOf<typeof selectSettings.columns>;

/** Reads the settings that change results. */
export async function readSettings(connection: Connection): Promise<ServerSettings | undefined> {
  const [settings] = await connection.run(selectSettings, []);
  return settings;
}

/** Settings of the server with which Tasker, or somebody who shares the database, gets other results. */
export function examineSettings(settings: ServerSettings, embedded: boolean): Finding[] {
  const database = quoteName(settings.database);
  const findings: Finding[] = [];
  const setting = { topic: "settings", statements: [] as readonly string[] } as const;
  if (settings.version < OLDEST_SERVER) {
    const version = { object: "server version", found: settings.version_name, expected: "14 or newer" };
    findings.push(
      finding({ ...setting, severity: "error", ...version, note: "The SQL functions fail on older ones." }),
    );
  }
  if (settings.isolation !== "read committed") {
    findings.push(
      finding({
        ...setting,
        severity: "error",
        object: "default_transaction_isolation",
        found: settings.isolation,
        expected: "read committed",
        note: "Tasker refuses to connect: its statements wait for other writers and then look again.",
        statements: [`alter database ${database} set default_transaction_isolation = 'read committed';`],
      }),
    );
  }
  // Every session of the embedded database, and of Tasker, has its zone set.
  if (!settings.is_utc && !embedded) {
    findings.push(
      finding({
        ...setting,
        severity: "advice",
        object: "TimeZone",
        found: settings.time_zone,
        expected: "UTC",
        note:
          "Tasker and Rails set it in their own sessions. In others, such as psql, times are compared in that zone and the " +
          "SQL functions answer wrongly.",
        statements: [`alter database ${database} set timezone = 'UTC';`],
      }),
    );
  }
  if (!settings.autovacuum && !embedded) {
    findings.push(
      finding({
        ...setting,
        severity: "warning",
        object: "autovacuum",
        found: "off",
        expected: "on",
        note: "Tables grow with every transition, and plans are made from old statistics. Needs a superuser.",
        statements: ["alter system set autovacuum = on;", "select pg_reload_conf();"],
      }),
    );
  }
  return findings;
}
