/**
 * The flags of settings, with their help.
 *
 * @module
 */
import { flagOf } from "./choose-setting.ts";
import { SETTING_ROWS, type SettingName } from "../contract/setting-rows.ts";

/** The name of a setting's flag, such as `heartbeat-dir`. */
type FlagName<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}-${FlagName<Rest>}`
  : Name;

interface SettingFlag {
  readonly type: "string";
  readonly valueHint: string;
  readonly description: string;
}

const CONFIG = { type: "string", valueHint: "file", description: "Configuration file" } as const;

/** citty's definitions of `--config` and the flags of some settings. */
export function settingFlags<const Name extends SettingName>(...names: readonly Name[]) {
  const flags = names.map((name): [string, SettingFlag] => {
    const { valueHint, description } = SETTING_ROWS[name];
    return [flagOf(name), { type: "string", valueHint, description }];
  });
  return { config: CONFIG, ...Object.fromEntries(flags) } as Record<
    FlagName<Name> | "config",
    SettingFlag
  >;
}
