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
import { existsSync, readdirSync, readlinkSync } from "node:fs";
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

/** Bun opens some of its own, none of which is a file, pipe, socket or device. */
function extraDescriptors(): (number | null)[] {
  const numbers = readdirSync("/proc/self/fd").map(Number).filter(isInherited);
  const last = Math.max(2, ...numbers);
  return Array.from({ length: last - 2 }, (_, at) => (numbers.includes(at + 3) ? at + 3 : null));
}

function isInherited(fd: number): boolean {
  if (fd < 3 || fd >= DESCRIPTOR_LIMIT) return false;
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
 * ignored signals, and then becomes the command. Empty where nothing is to be done, or the
 * host has no program for it.
 */
export function restorer(command: string, ignored: readonly string[]): string[] {
  const limit = callersLimit();
  const names = ignored.map((name) => name.slice(3)).join(",");
  return [
    ...(limit === undefined ? [] : ifThere("/usr/bin/prlimit", `--nofile=${limit}:`)),
    // What holds "=" would be a variable to it.
    ...(names === "" || command.includes("=")
      ? []
      : ifThere("/usr/bin/env", `--ignore-signal=${names}`)),
  ];
}

const ifThere = (program: string, flag: string): string[] =>
  existsSync(program) ? [program, flag, "--"] : [];

/** The caller's soft limit on open files, where Bun has raised ours above it. */
function callersLimit(): number | undefined {
  const [ours, theirs] = [softLimit("self"), softLimit(process.ppid)];
  return ours !== undefined && theirs !== undefined && theirs < ours ? theirs : undefined;
}

function softLimit(pid: number | "self"): number | undefined {
  const said = /^Max open files\s+(\S+)/m.exec(kernelFile(pid, "limits") ?? "")?.[1];
  if (said === undefined) return undefined;
  return said === "unlimited" ? Number.POSITIVE_INFINITY : Number(said);
}
