/**
 * What an operator can set, once for every program: by flag, environment or file.
 *
 * One name in three spellings: `--heartbeat-dir`, `LAZARUS_PIT_HEARTBEAT_DIR` and
 * `"heartbeat_dir"`.
 *
 * @module
 */
import * as v from "valibot";
import { Argv } from "./argv.ts";
import { Count, WholeSeconds } from "./number.ts";
import { Notify, RevivePolicy } from "./revive.ts";

const Directory = v.pipe(v.string("Expected a path"), v.regex(/^[^\u0000]+$/, "Expected a path"));

/** In a file a relative path would depend on where a program happens to be started. */
const AbsoluteDirectory = v.pipe(
  v.string("Expected an absolute path"),
  v.regex(/^\/[^\u0000]*$/, "Expected an absolute path"),
);

const LOOKS = "Expected a whole number, 1 to 100";
const Looks = v.pipe(Count, v.minValue(1, LOOKS), v.maxValue(100, LOOKS));

const INTERVAL = "Expected whole seconds, 1 to 86400";
const Interval = v.pipe(WholeSeconds, v.minValue(1, INTERVAL), v.maxValue(86_400, INTERVAL));

const TRACKER = "Expected an http or https URL without user, query and fragment";
const REPOSITORY = "Expected OWNER/NAME";
const LOGINS = "Expected a list of account names";
const Login = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,255}$/, LOGINS));

/** Every setting with its value. */
export const Settings = v.object({
  /** The directory that holds the cells. */
  root: Directory,
  /** Where `<job>.last` records are kept. */
  heartbeat_dir: Directory,
  /** The age limit of a cell that asks for none. */
  stale_after_seconds: WholeSeconds,
  /** The bounds of what a cell may ask for. */
  min_stale_after_seconds: WholeSeconds,
  max_stale_after_seconds: WholeSeconds,
  /** How far in the future a beat may lie before the clocks are called wrong. */
  allowed_skew_seconds: WholeSeconds,
  /** Where supervise keeps what it must remember. */
  state_dir: Directory,
  /** How often supervise looks. */
  scan_interval_seconds: Interval,
  /** How many looks must agree before a cell counts as sick, and as healthy again. */
  fire_after: Looks,
  clear_after: Looks,
  /** What supervise does for dead missions. */
  revive: v.array(RevivePolicy, "Expected a list of policies"),
  /** Whom supervise tells of events. */
  notify: v.optional(Notify),
  /** A program that takes job records on its stdin in place of the heartbeat directory. */
  heartbeat_writer: v.optional(Argv),
  /** Where the issue tracker of proposals is, as a browser names it. */
  gitea_url: v.optional(
    v.pipe(
      v.string(TRACKER),
      v.regex(/^https?:\/\/[A-Za-z0-9.[\]:-]+(?:\/[A-Za-z0-9._~/-]*)?$/, TRACKER),
    ),
  ),
  /** The repository whose issues propose missions. */
  gitea_repository: v.optional(
    v.pipe(
      v.string(REPOSITORY),
      v.regex(/^(?!\.+\/)[A-Za-z0-9._-]+\/(?!\.+$)[A-Za-z0-9._-]+$/, REPOSITORY),
    ),
  ),
  /** The file that holds the token for it. */
  gitea_token_file: v.optional(Directory),
  /** The accounts that may accept a proposal. */
  gitea_allow: v.optional(v.pipe(v.array(Login, LOGINS), v.minLength(1, LOGINS))),
});
export type Settings = v.InferOutput<typeof Settings>;
export type SettingName = keyof Settings;
export const SETTING_NAMES = Object.keys(Settings.entries) as SettingName[];

/** The settings that decide health. */
export const POLICY_SETTINGS = [
  "stale_after_seconds",
  "min_stale_after_seconds",
  "max_stale_after_seconds",
  "allowed_skew_seconds",
] as const satisfies readonly SettingName[];
export type Policy = Pick<Settings, (typeof POLICY_SETTINGS)[number]>;

/** Schema of a configuration file: any of the settings, and no other key. */
export const SettingsFile = v.strictObject({
  $schema: v.optional(v.string()),
  ...v.partial(Settings).entries,
  root: v.optional(AbsoluteDirectory),
  heartbeat_dir: v.optional(AbsoluteDirectory),
  state_dir: v.optional(AbsoluteDirectory),
  gitea_token_file: v.optional(AbsoluteDirectory),
});

// Flags and the environment bring all settings as text.

/** The settings that are numbers. */
export const isNumeric = (name: SettingName): boolean => /_(?:seconds|after)$/.test(name);

/** The settings that are lists or objects, spelled as JSON. */
export const isJson = (name: SettingName): boolean =>
  name === "heartbeat_writer" || name === "notify" || name === "revive";
