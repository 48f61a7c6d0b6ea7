/**
 * What a command would have inherited from whoever called us, had we not been in between.
 *
 * Bun raises the soft limit on open files, closes descriptors above 2 and clears ignored
 * signals in what it starts. A command must not notice: `nohup` ignores SIGHUP, and a
 * program that meets a limit of a million closes a million descriptors. What cannot be
 * known is whether SIGPIPE was ignored, because Bun ignores it itself: it is not.
 *
 * @module
 */
import { readdirSync, readlinkSync } from "node:fs";
import { kernelFile } from "../host/process.ts";

/** What is to be passed on. */
export interface Inherited {
  /** The open descriptors above 2, as places of a list from 3 on; null where there is none. */
  readonly descriptors: readonly (number | null)[];
  /** The signals that our caller wants ignored. */
  readonly ignored: readonly string[];
}

/** What we have inherited. Only true before a file is opened, or a signal's handler set. */
export const readInherited = (): Inherited => ({
  descriptors: extraDescriptors(),
  ignored: ignoredSignals(),
});

/** Higher ones are not passed on: the list of descriptors has a place for each number. */
const DESCRIPTOR_LIMIT = 1024;

/** The signals that a caller may have ignored for us, by number. */
const IGNORABLE: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGWINCH: 28,
};

/**
 * Bun opens some of its own, none of which is a file, pipe, socket or device. One that was opened
 * before its limit was lowered has a number that cannot be given away any more.
 */
function extraDescriptors(): (number | null)[] {
  const limit = Math.min(DESCRIPTOR_LIMIT, openFiles("self")?.soft ?? DESCRIPTOR_LIMIT);
  const numbers = readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => fd < limit && isInherited(fd));
  const last = Math.max(2, ...numbers);
  return Array.from({ length: last - 2 }, (_, at) => (numbers.includes(at + 3) ? at + 3 : null));
}

function isInherited(fd: number): boolean {
  if (fd < 3) return false;
  try {
    return !/^(?:anon_inode:|\/proc\/\d+\/fd$)/.test(readlinkSync(`/proc/self/fd/${fd}`));
  } catch {
    // It was the one with which the list was read.
    return false;
  }
}

function ignoredSignals(): readonly string[] {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(kernelFile("self", "status") ?? "")?.[1] ?? "0";
  const bits = BigInt(`0x${mask}`);
  return Object.entries(IGNORABLE).flatMap(([name, number]) =>
    (bits >> BigInt(number - 1)) & 1n ? [name] : [],
  );
}

/**
 * The start of a command line that gives the command its caller's limit and its caller's
 * ignored signals, and then becomes the command. Empty where nothing is to be done.
 *
 * prlimit(1) and env(1) change nothing else, but are tried first: an env of before 2019, or
 * busybox's, cannot ignore signals. Where they fail, or the command's name would be a variable
 * to env, it is the shell, which any host has, and which may add PWD to the environment.
 */
export function restorer(command: string, ignored: readonly string[]): string[] {
  const limit = callersLimit();
  const names = ignored.map((name) => name.slice(3));
  if (limit === undefined && names.length === 0) return [];
  const helpers = [
    ...(limit === undefined ? [] : ["prlimit", `--nofile=${limit}:`, "--"]),
    ...(names.length === 0 ? [] : ["env", `--ignore-signal=${names.join(",")}`, "--"]),
  ];
  const isVariable = names.length > 0 && command.includes("=");
  return !isVariable && doWork(helpers) ? helpers : shellThat(limit, names);
}

/** True when the helpers start a program. */
function doWork(helpers: readonly string[]): boolean {
  try {
    const silent = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    return Bun.spawnSync([...helpers, "true"], silent).exitCode === 0;
  } catch {
    return false;
  }
}

function shellThat(limit: number | undefined, names: readonly string[]): string[] {
  const script = [
    ...(limit === undefined ? [] : [`ulimit -S -n ${limit}`]),
    ...(names.length === 0 ? [] : [`trap "" ${names.join(" ")}`]),
    'exec "$@"',
  ];
  return ["/bin/sh", "-c", script.join("; "), "sh"];
}

/**
 * The caller's soft limit on open files, where Bun has raised ours above it: our parent's.
 * Where the hard limits differ, our caller has changed its own before it became us, and what
 * it wanted is what we have. What stays unknown is whether it changed the soft limit alone.
 */
function callersLimit(): number | undefined {
  const [ours, theirs] = [openFiles("self"), openFiles(process.ppid)];
  if (ours === undefined || theirs === undefined || ours.hard !== theirs.hard) return undefined;
  return theirs.soft < ours.soft ? theirs.soft : undefined;
}

function openFiles(pid: number | "self") {
  const line = /^Max open files\s+(\S+)\s+(\S+)/m.exec(kernelFile(pid, "limits") ?? "");
  if (line === null) return undefined;
  const [soft = 0, hard = 0] = line
    .slice(1)
    .map((said) => (said === "unlimited" ? Number.POSITIVE_INFINITY : Number(said)));
  return { soft, hard };
}
