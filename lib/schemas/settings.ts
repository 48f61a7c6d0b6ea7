/**
 * What an operator can set, once for every program: by flag, environment or file.
 *
 * One name in three spellings: `--heartbeat-dir`, `LAZARUS_PIT_HEARTBEAT_DIR` and
 * `"heartbeat_dir"`.
 *
 * @module
 */
import * as v from "valibot";
import { WholeSeconds } from "./number.ts";

const Directory = v.pipe(v.string("Expected a path"), v.regex(/^[^\u0000]+$/, "Expected a path"));

/** In a file a relative path would depend on where a program happens to be started. */
const AbsoluteDirectory = v.pipe(
  v.string("Expected an absolute path"),
  v.regex(/^\/[^\u0000]*$/, "Expected an absolute path"),
);

const Argv = v.pipe(
  v.array(
    v.pipe(v.string(), v.nonEmpty()),
    "Expected a list of texts: a program and its arguments",
  ),
  v.minLength(1, "Expected a list of texts: a program and its arguments"),
);

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
  /** A program that takes job records on its stdin in place of the heartbeat directory. */
  heartbeat_writer: v.optional(Argv),
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
});

/** The settings that are numbers; flags and environment bring them as text. */
export const isNumeric = (name: SettingName): boolean => name.endsWith("_seconds");
