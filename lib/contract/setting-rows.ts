/**
 * The settings of all programs: what `--help` shows of them, and their defaults.
 *
 * One name in three spellings: `--heartbeat-dir`, `LAZARUS_PIT_HEARTBEAT_DIR` and
 * `"heartbeat_dir"`. The schemas are in settings.ts: building them takes a fifth of the CPU time of a
 * short command, most of which need none.
 *
 * @module
 */

/** What `--help` shows of a setting's flag, and the default of the setting, if it has one. */
interface SettingRow {
  readonly valueHint: string;
  readonly description: string;
  readonly default: unknown;
}

const row = (valueHint: string, description: string, value?: unknown): SettingRow => ({
  valueHint,
  description,
  default: value,
});

/** Every setting. */
export const SETTING_ROWS = {
  root: row("dir", "Directory of the cells", "/var/missions"),
  heartbeat_dir: row("dir", "Directory of <job>.last records", "/var/lib/lazarus-pit/heartbeats"),
  stale_after_seconds: row("n", "Default age limit", 300),
  min_stale_after_seconds: row("n", "Lowest age limit of a cell", 30),
  max_stale_after_seconds: row("n", "Highest age limit of a cell", 3600),
  allowed_skew_seconds: row("n", "How far ahead a beat may be", 60),
  max_waiting_seconds: row("n", "Longest wait without a beat", 86_400),
  state_dir: row("dir", "State of supervise and of proposals", "/var/lib/lazarus-pit"),
  scan_interval_seconds: row("n", "Seconds between rounds", 10),
  fire_after: row("n", "Rounds to confirm a bad status", 2),
  clear_after: row("n", "Rounds to confirm a recovery", 2),
  remind_after_seconds: row("n", "When to remind of what stays critical", 86_400),
  forget_after_days: row("n", "Forget cells gone for this many days", 30),
  revive: row("json", "Commands for dead missions", []),
  adopt_hosts: row("a,b", "Hosts that are gone: revive their cells here", []),
  notify: row("json", "Programs that receive events"),
  public_url: row("url", "URL of the health page, for notifications"),
  heartbeat_writer: row("json", "Program that stores job records"),
  jobs: row("json", "Schedules of cron jobs", {}),
  gitea_url: row("url", "URL of the issue tracker"),
  gitea_repository: row("o/name", "Repository of the proposals"),
  gitea_token_file: row("file", "File with the tracker's token"),
  gitea_allow: row("a,b", "Accounts that may accept proposals"),
  gitea_ignore_accounts: row("a,b", "Bots that may comment on accepted issues", []),
  fleet_name: row("name", "Name in the fleet; else the host's"),
  fleet_sources: row("json", "Hosts of the fleet, without a server"),
  fleet_etcd: row("json", "The etcd of the fleet"),
  fleet_lost_after_seconds: row("n", "Silence after which etcd loses a host", 30),
  fleet_alone_seconds: row("n", "How long to revive without etcd", 3600),
};
export type SettingName = keyof typeof SETTING_ROWS;
export const SETTING_NAMES = Object.keys(SETTING_ROWS) as SettingName[];

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

/** The longest `fleet_lost_after_seconds`. */
export const LONGEST_LEASE = 300;
