/**
 * Signals on their way to a command.
 *
 * @module
 */
import { processFacts } from "../host/process.ts";
import type { Running } from "./command.ts";

const PASSED = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGTSTP",
  "SIGCONT",
] as const;

const MORTAL: readonly string[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** A word to one program, which ends others that do not know it. */
const OF_ONE: readonly string[] = ["SIGUSR1", "SIGUSR2"];

/** Those that a terminal sends to every process of its foreground. */
const OF_A_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT", "SIGTSTP", "SIGWINCH"];

/** The way of signals from us to a command. */
export interface Passage {
  /** Says which command they go to; what came before goes to it now. */
  to(running: Running): void;
  /** Says that it has ended; its number may be another's from now on. */
  end(): void;
  /** Resolves at the first signal to end us that comes after the command's end. */
  readonly interrupted: Promise<void>;
  /** Lets signals do to us again what they usually do. */
  close(): void;
}

/**
 * Passes on the signals that are sent to us, but for those that our caller wants ignored.
 * Where the command is stopped under a shell's job control, we stop as well: the shell
 * looks at us.
 */
export function openPassage(ignored: readonly string[]): Passage {
  const waiting: NodeJS.Signals[] = [];
  const interrupted = Promise.withResolvers<void>();
  let running: Running | undefined;
  let hasEnded = false;
  const pass = (signal: NodeJS.Signals) => {
    if (hasEnded && MORTAL.includes(signal)) interrupted.resolve();
    else if (running === undefined) waiting.push(signal);
    else if (!hasItAlready(signal, running))
      send(OF_ONE.includes(signal) ? running.pid : targetOf(running), signal);
  };
  const follow = () => {
    if (running !== undefined && isStoppedByShell(running)) process.kill(process.pid, "SIGSTOP");
  };
  const passed = PASSED.filter((signal) => !ignored.includes(signal));
  for (const signal of passed) process.on(signal, pass);
  // Ignored by a handler of ours: the last one of anybody else's to go would end that.
  for (const signal of ignored) process.on(signal, ignore);
  process.on("SIGCHLD", follow);
  return {
    to(started) {
      running = started;
      for (const signal of waiting.splice(0)) pass(signal);
    },
    end: () => void ([running, hasEnded] = [undefined, true]),
    interrupted: interrupted.promise,
    close() {
      for (const signal of passed) process.off(signal, pass);
      for (const signal of ignored) process.off(signal, ignore);
      process.off("SIGCHLD", follow);
    },
  };
}

const ignore = (): void => {};

/** Where a signal for a command goes: to its process group where it leads one, as in timeout(1). */
export const targetOf = ({ pid, isLeader }: Running): number => (isLeader ? -pid : pid);

/** Sends a signal to a process, or where it is negative to a process group. */
export function send(pid: number, signal: string): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which its end will tell.
  }
}

/**
 * True when the terminal sent it to the command as well: a second Ctrl-C means "at once" to
 * many programs. Who sends such a signal to us alone, while we have the foreground, is
 * taken for the terminal.
 */
function hasItAlready(signal: string, { pid }: Running): boolean {
  if (!OF_A_TERMINAL.includes(signal)) return false;
  return isInForeground() && processFacts(pid)?.group === processFacts("self")?.group;
}

/** True when we have a controlling terminal. */
export const hasTerminal = (): boolean => (processFacts("self")?.terminal ?? 0) !== 0;

/** True while we belong to the foreground of a terminal. */
export function isInForeground(): boolean {
  const us = processFacts("self");
  return us !== undefined && us.terminal !== 0 && us.foreground === us.group;
}

/** True when the command is stopped, and a shell that does job control waits for us. */
function isStoppedByShell({ pid }: Running): boolean {
  const [us, it] = [processFacts("self"), processFacts(pid)];
  if (it?.state !== "T" || us === undefined || us.terminal === 0) return false;
  const shell = processFacts(us.parent);
  return it.group === us.group && shell?.session === us.session && shell.group !== us.group;
}
