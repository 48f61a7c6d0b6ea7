/**
 * How flags and the environment spell a setting: as a number, as words or as JSON.
 *
 * @module
 */
import { DEFAULTS, type SettingName } from "./setting-rows.ts";

/** True for a setting that is a number; flags and the environment provide it as text. */
export const isNumeric = (name: SettingName): boolean => typeof DEFAULTS[name] === "number";

/** True for the path of a directory, only where the schema accepts it. Most commands get no other value. */
export const isPlainPath = (name: SettingName, value: unknown): boolean =>
  (name === "root" || name === "heartbeat_dir" || name === "state_dir") &&
  typeof value === "string" &&
  value !== "" &&
  !value.includes("\0");

/** True for a setting that flags and the environment provide as a list of words: `a,b`. */
export const isWordList = (name: SettingName): boolean =>
  name === "gitea_allow" || name === "gitea_ignore_accounts" || name === "adopt_hosts";

/** True for a setting that flags and the environment provide as JSON. */
export const isJson = (name: SettingName): boolean => JSON_SETTINGS.includes(name);
const JSON_SETTINGS: readonly SettingName[] = [
  "heartbeat_writer",
  "notify",
  "revive",
  "jobs",
  "fleet_sources",
  "fleet_etcd",
];
