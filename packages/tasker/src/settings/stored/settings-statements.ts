import { int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** Options that are set, and the version of the whole in every row; one row of nulls if none is. */
export const selectSettings = statement({
  name: "settings_list",
  text: `
    select v.version, s.path, s.value
    from (select coalesce(max(version), 0) as version from tasker_settings) as v
    left join tasker_settings as s on s.value is not null
    order by s.path`,
  parameters: [],
  columns: { version: int8, path: nullable(varchar), value: nullable(jsonb) },
});

/** The version of the whole: greater after each change. */
export const selectSettingsVersion = statement({
  name: "settings_version",
  text: "select coalesce(max(version), 0) as version from tasker_settings",
  parameters: [],
  columns: { version: int8 },
});

/** Lets one change at a time be decided and made, so that versions are drawn in the order of commits. */
export const lockSettings = "lock table tasker_settings in share row exclusive mode";

/** Sets an option, or unsets it with NULL. */
export const writeSetting = statement({
  name: "settings_write",
  text: `
    insert into tasker_settings as s (path, value, version, changed_by, changed_at)
    select $1, $2, coalesce(max(version), 0) + 1, $3, $4 from tasker_settings
    on conflict (path) do update
    set value = excluded.value, version = excluded.version, changed_by = excluded.changed_by,
        changed_at = excluded.changed_at`,
  parameters: [varchar, nullable(jsonb), varchar, timestamp],
  columns: {},
});
