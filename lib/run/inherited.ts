/**
 * Passes the caller's descriptors, limit on open files and ignored signals on to a command, as if
 * the wrapper were not in between.
 *
 * In the processes it starts, Bun raises the soft limit on open files, closes descriptors above 2
 * and resets ignored signals. Commands depend on them: `nohup` ignores SIGHUP, and with a limit of
 * a million some programs close a million descriptors.
 *
 * @module
 */
import { readdirSync, readlinkSync } from "node:fs";
import { readProcFile } from "../host/process.ts";
import { programKind } from "../host/process-name.ts";
import { signalMask } from "../host/signal-masks.ts";
import { IGNORABLE_SIGNALS, IGNORED_BY_BUN, signalsIn } from "./rules/signal-table.ts";
import {
  isStartedBySystemd,
  type OpenFilesLimit,
  readUnitSettings,
  type UnitSettings,
} from "./service-unit.ts";

/** State that a command would inherit without the wrapper. */
export interface InheritedState {
  /** The caller's soft limit on open files, if Bun has raised it. */
  readonly openFiles: number | undefined;
  /** The open descriptors from 3 on, by position; null for a number that is not open. */
  readonly descriptors: readonly (number | null)[];
  /** The signals that our caller ignored. */
  readonly ignored: readonly number[];
}

/** Reads the inherited state; call it before opening a file or setting a signal handler. */
export function readInherited(): InheritedState {
  const descriptors = inheritedDescriptors();
  const unit = isStartedBySystemd() ? readUnitSettings() : undefined;
  return { descriptors, ignored: ignoredSignals(unit), openFiles: callerLimit(unit) };
}

/** Higher descriptors are not passed on: the list has an entry for each number up to the highest. */
const DESCRIPTOR_LIMIT = 1024;

/**
 * Bun's own descriptors are left out: none is a file, pipe, socket or device. So are numbers at or
 * above the soft limit, opened before it was lowered: they can no longer be duplicated.
 */
function inheritedDescriptors(): (number | null)[] {
  const limit = Math.min(DESCRIPTOR_LIMIT, openFilesLimit("self")?.soft ?? DESCRIPTOR_LIMIT);
  const numbers = readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => fd < limit && isInherited(fd));
  const last = Math.max(2, ...numbers);
  return Array.from({ length: last - 2 }, (_, index) =>
    numbers.includes(index + 3) ? index + 3 : null,
  );
}

function isInherited(fd: number): boolean {
  if (fd < 3) return false;
  try {
    return !/^(?:anon_inode:|\/proc\/\d+\/fd$)/.test(readlinkSync(`/proc/self/fd/${fd}`));
  } catch {
    // The descriptor that listed the directory is closed by now.
    return false;
  }
}

/**
 * Bun ignores SIGPIPE and SIGXFSZ before it runs any code. Whether the caller did is seen in our
 * parent, if that passes on what it ignores, as a shell does after `trap '' PIPE`, and systemd for
 * its services. Other programs often ignore SIGPIPE for themselves alone.
 */
function ignoredSignals(unit: UnitSettings | undefined): readonly number[] {
  const ours = ignoredBy("self").filter((signal) => !IGNORED_BY_BUN.includes(signal));
  const isReset = unit?.ignoresSigpipe === false;
  const theirs = passesOnIgnored(process.ppid) && !isReset ? ignoredBy(process.ppid) : [];
  const signals = [...ours, ...IGNORED_BY_BUN.filter((signal) => theirs.includes(signal))];
  return signals.filter((signal) => IGNORABLE_SIGNALS.includes(signal));
}

const ignoredBy = (pid: number | "self"): number[] => signalsIn(signalMask(pid, "SigIgn") ?? "0");

function passesOnIgnored(pid: number): boolean {
  const kind = programKind(pid);
  return kind === "shell" || kind === "helper" || isStartedBySystemd();
}

/**
 * The caller's soft limit on open files, if Bun has raised ours above it. It is that of our unit, or
 * else of our parent. If the hard limits differ, the caller set its limits before executing us, and
 * ours are the ones it wanted. Whether it changed only the soft limit is unknown.
 */
function callerLimit(unit: UnitSettings | undefined): number | undefined {
  const [ours, theirs] = [openFilesLimit("self"), unit?.openFiles ?? openFilesLimit(process.ppid)];
  if (ours === undefined || theirs === undefined || ours.hard !== theirs.hard) return undefined;
  return theirs.soft < ours.soft ? theirs.soft : undefined;
}

function openFilesLimit(pid: number | "self"): OpenFilesLimit | undefined {
  const line = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readProcFile(pid, "limits") ?? "");
  if (line === null) return undefined;
  const [soft = 0, hard = 0] = line
    .slice(1)
    .map((text) => (text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text)));
  return { soft, hard };
}
