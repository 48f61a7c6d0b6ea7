/**
 * The scripts that connect a shell's completion with `lazarus-pit completion candidates`.
 *
 * @module
 */
import bash from "./shells/lazarus-pit.bash" with { type: "text" };
import fish from "./shells/lazarus-pit.fish" with { type: "text" };
import zsh from "./shells/lazarus-pit.zsh" with { type: "text" };

const SCRIPTS = { bash, zsh, fish } as const;
export type ShellName = keyof typeof SCRIPTS;
export const SHELL_NAMES = Object.keys(SCRIPTS) as ShellName[];

/** The script for a shell, which completes the command lines of `programs`. */
export const shellScript = (shell: ShellName, programs: readonly string[]): string =>
  SCRIPTS[shell].replaceAll("@PROGRAMS@", programs.join(" "));
