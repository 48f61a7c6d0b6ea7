/**
 * The schemas of the settings. Their names, help and defaults are in setting-rows.ts.
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
import type { LIMIT_SETTINGS, SettingName } from "./setting-rows.ts";
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

/** Every setting with its value. */
export const Settings = v.object({
  root: AnyPath,
  heartbeat_dir: AnyPath,
  stale_after_seconds: WholeSeconds,
  min_stale_after_seconds: WholeSeconds,
  max_stale_after_seconds: WholeSeconds,
  allowed_skew_seconds: WholeSeconds,
  max_waiting_seconds: WholeSeconds,
  state_dir: AnyPath,
  scan_interval_seconds: Interval,
  fire_after: RoundCount,
  clear_after: RoundCount,
  remind_after_seconds: WholeSeconds,
  forget_after_days: Days,
  revive: v.array(RevivePolicy, "Expected a list of policies"),
  adopt_hosts: HostNames,
  notify: v.optional(Notify),
  public_url: v.optional(HttpUrl),
  heartbeat_writer: v.optional(Argv),
  jobs: v.record(JobName, JobDeclaration, "Expected jobs by name"),
  gitea_url: v.optional(HttpUrl),
  gitea_repository: v.optional(TrackerRepository),
  gitea_token_file: v.optional(AnyPath),
  gitea_allow: v.optional(Logins),
  gitea_ignore_accounts: LoginList,
  fleet_name: v.optional(fleet.FleetHostName),
  fleet_sources: v.optional(fleet.FleetSources),
  fleet_etcd: v.optional(fleet.FleetEtcd),
  fleet_lost_after_seconds: fleet.LeaseSeconds,
  fleet_alone_seconds: fleet.AloneSeconds,
} satisfies Record<SettingName, v.GenericSchema>);
export type Settings = v.InferOutput<typeof Settings> & {
  /** When the declarations in `jobs` were last changed; unknown without a configuration file. */
  readonly jobs_declared_at?: string;
};

/** The settings that are limits for verdicts. */
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
