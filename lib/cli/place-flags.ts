/**
 * The flags that a command needs to act on the same root as this one.
 *
 * @module
 */
import { shellWord } from "../base/shell-word.ts";
import { DEFAULTS, type Settings } from "../contract/settings.ts";
import { flagOf } from "./choose-setting.ts";

/** ` --root /srv/missions --state-dir /srv/state`, without those that have their default. */
export const placeFlags = (place: Partial<Pick<Settings, "root" | "state_dir">>): string =>
  (["root", "state_dir"] as const)
    .map((name) => [name, place[name]] as const)
    .filter(([name, value]) => value !== undefined && value !== DEFAULTS[name])
    .map(([name, value = ""]) => ` --${flagOf(name)} ${shellWord(value)}`)
    .join("");
