/**
 * How flags and the environment spell a setting: as a number, as words or as JSON.
 *
 * @module
 */
import * as v from "valibot";
import { type SettingName, Settings } from "./settings.ts";

/** True for a setting that is a number; flags and the environment provide it as text. */
export const isNumeric = (name: SettingName): boolean =>
  v.is(Settings.entries[name], NUMBER_IN_ALL_RANGES);
/** Within the range of every numeric setting. */
const NUMBER_IN_ALL_RANGES = 30;

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
