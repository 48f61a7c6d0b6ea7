/**
 * The flags that a command needs to act on the same root as this one.
 *
 * @module
 */
import { resolve } from "node:path";
import type { CommandFlags } from "../base/command-flags.ts";
import { defined } from "../base/defined.ts";
import { shellWord } from "../base/shell-word.ts";
import { DEFAULTS } from "../contract/setting-rows.ts";
import type { Settings } from "../contract/settings.ts";
import { commandPrefix } from "./called-as.ts";
import { flagOf } from "./choose-setting.ts";
import { configFile, DEFAULT_CONFIG } from "./config-file.ts";
import type { FlagValues } from "./flag-values.ts";
import { explainSettings } from "./settings.ts";

/** ` --root /srv/missions --state-dir /srv/state`, without those that have their default. */
export const placeFlags = (place: Partial<Pick<Settings, "root" | "state_dir">>): string =>
  (["root", "state_dir"] as const)
    .map((name) => [name, place[name]] as const)
    .filter(([name, value]) => value !== undefined && value !== DEFAULTS[name])
    .map(([name, value = ""]) => ` --${flagOf(name)} ${shellWord(value)}`)
    .join("");

/**
 * The same for commands that are typed elsewhere, such as those in a notification. A configuration
 * that was named stands for what it sets; the default one is read without a flag.
 */
export function commandFlags(flags: FlagValues): CommandFlags {
  const file = configFile(flags);
  const settings = explainSettings(flags);
  const flagFor = (name: "root" | "state_dir"): string => {
    const { value, source } = settings.find((each) => each.name === name) ?? {};
    const isKnown = source === "default" || source === file;
    return isKnown ? "" : ` --${flagOf(name)} ${shellWord(resolve(String(value)))}`;
  };
  const isNamed = file !== undefined && file !== DEFAULT_CONFIG;
  const config = isNamed ? ` --config ${shellWord(resolve(file))}` : undefined;
  const cells = `${config ?? ""}${flagFor("root")}`;
  const store = `${cells}${flagFor("state_dir")}`;
  return { prefix: commandPrefix(), ...defined({ config }), cells, store };
}
