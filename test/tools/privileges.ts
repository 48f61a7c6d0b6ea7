/**
 * What some tests need of the machine: root and other users. Where one
 * is missing, the test is skipped and its name says why.
 *
 * @module
 */
import { command } from "./program.ts";
import { BUN } from "./surroundings.ts";

/** True when a program ran and ended with 0. */
export const succeeds = (argv: string[]): boolean => {
  try {
    return Bun.spawnSync(argv, { stdio: ["ignore", "ignore", "ignore"] }).exitCode === 0;
  } catch {
    return false;
  }
};

export const IS_ROOT = process.getuid?.() === 0;

/** An ordinary user who owns nothing here: nobody. */
export const NOBODY = 65534;

/** The start of a command line that runs the rest as another user, of one group alone. */
export const asUser = (uid: number, gid: number = uid): string[] => [
  "setpriv",
  `--reuid=${uid}`,
  `--regid=${gid}`,
  "--clear-groups",
];

/** The start of a command line that runs the rest under a umask. */
export const underUmask = (umask: string): string[] => [
  "sh",
  "-c",
  `umask ${umask} && exec "$@"`,
  "sh",
];

/** True where a test can become another user, who can then run our programs. */
export const CAN_BECOME_OTHERS =
  IS_ROOT && succeeds([...asUser(NOBODY), BUN, ...command("script", "scan"), "--help"]);
