/**
 * The settings of all programs: by flag, environment or file.
 *
 * One name in three spellings: `--heartbeat-dir`, `LAZARUS_PIT_HEARTBEAT_DIR` and
 * `"heartbeat_dir"`.
 *
 * @module
 */
import * as v from "valibot";
import { Argv } from "../base/argv.ts";
import * as fleet from "./fleet-settings.ts";
import { JobName } from "./job.ts";
import { JobDeclaration } from "./job-declaration.ts";
import { WholeSeconds } from "../base/number.ts";
import { Notify } from "./notify.ts";
import { RevivePolicy } from "./revive-policy.ts";
import {
  AbsolutePath,
  Days,
  AnyPath,
  HostNames,
  HttpUrl,
  Interval,
  LoginList,
  Logins,
  RoundCount,
  TrackerRepository,
} from "./setting-values.ts";

/** A setting: its schema, what `--help` shows of its flag, and its default, if it has one. */
interface SettingRow<Schema> {
  readonly schema: Schema;
  readonly valueHint: string;
  readonly description: string;
  readonly default: unknown;
}

function row<Schema extends v.GenericSchema>(
  schema: Schema,
  valueHint: string,
  description: string,
  value?: v.InferInput<Schema>,
): SettingRow<Schema> {
  return { schema, valueHint, description, default: value };
}

/** Every setting: its schema, the placeholder and description of its flag, and its default. */
export const SETTING_ROWS = {
  root: row(AnyPath, "dir", "Directory of the cells", "/var/missions"),
  heartbeat_dir: row(
    AnyPath,
    "dir",
    "Directory of <job>.last records",
    "/var/lib/lazarus-pit/heartbeats",
  ),
  stale_after_seconds: row(WholeSeconds, "n", "Default age limit", 300),
  min_stale_after_seconds: row(WholeSeconds, "n", "Lowest age limit of a cell", 30),
  max_stale_after_seconds: row(WholeSeconds, "n", "Highest age limit of a cell", 3600),
  allowed_skew_seconds: row(WholeSeconds, "n", "How far ahead a beat may be", 60),
  max_waiting_seconds: row(WholeSeconds, "n", "Longest wait without a beat", 86_400),
  state_dir: row(AnyPath, "dir", "State of supervise and of proposals", "/var/lib/lazarus-pit"),
  scan_interval_seconds: row(Interval, "n", "Seconds between rounds", 10),
  fire_after: row(RoundCount, "n", "Rounds to confirm a bad status", 2),
  clear_after: row(RoundCount, "n", "Rounds to confirm a recovery", 2),
  remind_after_seconds: row(WholeSeconds, "n", "When to remind of what stays critical", 86_400),
  forget_after_days: row(Days, "n", "Forget cells gone for this many days", 30),
  revive: row(
    v.array(RevivePolicy, "Expected a list of policies"),
    "json",
    "Commands for dead missions",
    [],
  ),
  adopt_hosts: row(HostNames, "a,b", "Hosts that are gone: revive their cells here", []),
  notify: row(v.optional(Notify), "json", "Programs that receive events"),
  public_url: row(v.optional(HttpUrl), "url", "URL of the health page, for notifications"),
  heartbeat_writer: row(v.optional(Argv), "json", "Program that stores job records"),
  jobs: row(
    v.record(JobName, JobDeclaration, "Expected jobs by name"),
    "json",
    "Schedules of cron jobs",
    {},
  ),
  gitea_url: row(v.optional(HttpUrl), "url", "URL of the issue tracker"),
  gitea_repository: row(v.optional(TrackerRepository), "o/name", "Repository of the proposals"),
  gitea_token_file: row(v.optional(AnyPath), "file", "File with the tracker's token"),
  gitea_allow: row(v.optional(Logins), "a,b", "Accounts that may accept proposals"),
  gitea_ignore_accounts: row(LoginList, "a,b", "Bots that may comment on accepted issues", []),
  fleet_name: row(v.optional(fleet.FleetHostName), "name", "Name in the fleet; else the host's"),
  fleet_sources: row(
    v.optional(fleet.FleetSources),
    "json",
    "Hosts of the fleet, without a server",
  ),
  fleet_etcd: row(v.optional(fleet.FleetEtcd), "json", "The etcd of the fleet"),
  fleet_lost_after_seconds: row(
    fleet.LeaseSeconds,
    "n",
    "Silence after which etcd loses a host",
    30,
  ),
  fleet_alone_seconds: row(fleet.AloneSeconds, "n", "How long to revive without etcd", 3600),
};
export type SettingName = keyof typeof SETTING_ROWS;
export const SETTING_NAMES = Object.keys(SETTING_ROWS) as SettingName[];

type SettingEntries = { [K in SettingName]: (typeof SETTING_ROWS)[K]["schema"] };

/** Every setting with its value. */
export const Settings = v.object(
  Object.fromEntries(
    SETTING_NAMES.map((name) => [name, SETTING_ROWS[name].schema]),
  ) as SettingEntries,
);
export type Settings = v.InferOutput<typeof Settings> & {
  /** When the declarations in `jobs` were last changed; unknown without a configuration file. */
  readonly jobs_declared_at?: string;
};

/** The settings that have a default: config/lazarus_pit.json is written from it. */
export const DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, SETTING_ROWS[name].default]).filter(
    ([, value]) => value !== undefined,
  ),
);

/** The settings that are limits for verdicts. */
export const LIMIT_SETTINGS = [
  "stale_after_seconds",
  "min_stale_after_seconds",
  "max_stale_after_seconds",
  "allowed_skew_seconds",
  "max_waiting_seconds",
] as const satisfies readonly SettingName[];
export type Limits = Pick<Settings, (typeof LIMIT_SETTINGS)[number]>;

/** Schema of a configuration file: any of the settings, and no other key. */
export const SettingsFile = v.strictObject({
  $schema: v.optional(v.string()),
  ...v.partial(Settings).entries,
  root: v.optional(AbsolutePath),
  heartbeat_dir: v.optional(AbsolutePath),
  state_dir: v.optional(AbsolutePath),
  gitea_token_file: v.optional(AbsolutePath),
});
