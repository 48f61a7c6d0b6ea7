/**
 * The relation of this process and of a command to the controlling terminal.
 *
 * @module
 */
import { isatty } from "node:tty";
import { processFacts } from "../host/process.ts";
import { stopsWriters } from "../host/syscalls/terminal-settings.ts";
import type { RunningCommand } from "./command.ts";
import type { InheritedState } from "./inherited.ts";

/** True when this process has a controlling terminal. */
export const hasTerminal = (): boolean => (processFacts("self")?.terminal ?? 0) !== 0;

/** True while this process is in the foreground group of a terminal. */
export function isInForeground(): boolean {
  const self = processFacts("self");
  return self !== undefined && self.terminal !== 0 && self.foreground === self.group;
}

const [SIGHUP, SIGINT, SIGQUIT] = [1, 2, 3];

/**
 * True when a terminal has no part in this run, so that the command can lead a process group: there
 * is none, or our standard descriptors lead elsewhere and we are not in its foreground. Background
 * commands of a shell without job control, and commands of nohup(1), may be in the foreground: they are
 * recognized by the signals that they ignore.
 */
export function isAwayFromTerminal({ ignored }: InheritedState): boolean {
  if (!hasTerminal()) return true;
  if ([0, 1, 2].some((fd) => isatty(fd))) return false;
  const isDetached =
    ignored.includes(SIGHUP) || [SIGINT, SIGQUIT].every((n) => ignored.includes(n));
  return isDetached || !isInForeground();
}

/** True when the command is in our process group. */
export const isInOurGroup = ({ pid }: RunningCommand): boolean =>
  processFacts(pid)?.group === processFacts("self")?.group;

/** True when the command is stopped and our parent is a shell with job control. */
export function isStoppedByShell(running: RunningCommand): boolean {
  const self = processFacts("self");
  if (processFacts(running.pid)?.state !== "T" || self === undefined || self.terminal === 0)
    return false;
  const shell = processFacts(self.parent);
  const isJob = shell?.session === self.session && shell.group !== self.group;
  return isJob && (running.isLeader || isInOurGroup(running));
}

/**
 * True while a line on our stderr would stop us and the command, which are in the background of its
 * terminal: after `stty tostop`, or if the settings are unknown.
 */
export const wouldStopJob = (): boolean =>
  isatty(2) && hasTerminal() && !isInForeground() && stopsWriters(2) !== false;
