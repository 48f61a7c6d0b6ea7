/**
 * Lets a command die with the wrapper, even if that is killed by SIGKILL.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import type { CommandArgv } from "./command.ts";
import { canStart } from "./restoring-prefix.ts";

/** setpriv(1) of util-linux sets PR_SET_PDEATHSIG, which survives an exec; see prctl(2). */
const SETPRIV = ["setpriv", "--pdeathsig", "KILL", "--"] as const;
/** A wrapper that died before the signal was set sends none: then the command does not start. */
const SCRIPT = '[ "$PPID" = "$0" ] && exec "$@"';

/**
 * The argv that runs `argv` as a child of the process `parent`, and is killed when that ends. The
 * kernel signals the direct child only, and drops the setting at a setuid program.
 */
export const withDeathSignal = (argv: CommandArgv, parent: number): CommandArgv => [
  ...SETPRIV,
  "/bin/sh",
  "-c",
  SCRIPT,
  String(parent),
  ...argv,
];

/** @throws {OperatorError} of kind `unavailable` if setpriv(1) cannot do it, as in busybox. */
export function requireDeathSignal(): void {
  if (canStart(SETPRIV)) return;
  throw new OperatorError(
    "unavailable",
    "Cannot use --die-with-wrapper: setpriv with --pdeathsig is not installed",
    "install util-linux",
  );
}
