/**
 * Starts a command as its caller would have: same descriptors, limits, signals, environment and
 * directory.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { processFacts } from "../host/process.ts";
import type { InheritedState } from "./inherited.ts";
import { firstBytes, interpreterFault } from "./interpreter.ts";
import { restoringPrefix } from "./restoring-prefix.ts";
import { reapOrphans } from "./orphans.ts";

/** A program and its arguments. */
export type CommandArgv = readonly [string, ...string[]];

/** How a command ended. */
export interface CommandExit {
  /** The exit code as a shell reports it: 128+n for the signal n. */
  readonly code: number;
  readonly signal: string | undefined;
  /** CPU time of the command and of the children it waited for, in milliseconds. */
  readonly cpuMs?: number;
  /** Peak memory of the largest of these processes, in bytes. */
  readonly peakBytes?: number;
}

/** A command that has been started. */
export interface RunningCommand {
  readonly pid: number;
  /** Start time in clock ticks since boot; undefined when it ended before this could be read. */
  readonly start: number | undefined;
  /** It leads a process group of its own, which has no terminal. */
  readonly isLeader: boolean;
  readonly exited: Promise<CommandExit>;
}

/** Why a command could not be started: the exit code that a shell would give, and a message. */
export interface StartFailure {
  readonly code: 126 | 127;
  readonly why: string;
}

export interface StartOptions {
  readonly inherited: InheritedState;
  /** Whether it leads a process group of its own. */
  readonly isLeader: boolean;
  /** Descriptors for its stdout and stderr; ours by default. */
  readonly outputs?: readonly [number, number] | undefined;
  /** Called right before it starts. */
  readonly onStart: () => void;
}

/** Starts `argv`. */
export function startCommand(
  argv: CommandArgv,
  options: StartOptions,
): RunningCommand | StartFailure {
  const program = findProgram(argv[0]);
  if (typeof program !== "string") return program;
  try {
    const child = spawn(argv, program, options);
    void reapOrphans(child.pid);
    return {
      pid: child.pid,
      start: processFacts(child.pid)?.start,
      isLeader: options.isLeader,
      exited: exitOf(child),
    };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const why = interpreterFault(program) ?? failureText(error);
    return { code: 126, why: `Cannot run ${quoted(argv[0])}: ${why}` };
  }
}

function spawn(
  [name, ...args]: CommandArgv,
  program: string,
  { inherited, isLeader, outputs, onStart }: StartOptions,
) {
  const prefix = restoringPrefix(name, inherited);
  const options = {
    stdio: ["inherit", ...(outputs ?? ["inherit", "inherit"]), ...inherited.descriptors],
    detached: isLeader,
  } as unknown as Bun.SpawnOptions.OptionsObject<"inherit", "inherit", "inherit">;
  onStart();
  if (prefix.length > 0) return Bun.spawn([...prefix, name, ...args], options);
  try {
    return Bun.spawn([program, ...args], { ...options, argv0: name });
  } catch (error) {
    // A script without a #! line: execvp(3) hands it to the shell, which would run a binary as well.
    if (errnoOf(error) !== "ENOEXEC" || isBinary(program)) throw error;
    return Bun.spawn(["/bin/sh", program, ...args], options);
  }
}

/** Bun does not know what ENOEXEC means. */
const failureText = (error: unknown): string =>
  errnoOf(error) === "ENOEXEC" ? "it is not a program for this machine" : describeErrno(error);

/** True if the start of a file has a null byte, as in a program for another architecture. */
const isBinary = (path: string): boolean => firstBytes(path).includes(0);

async function exitOf(child: Bun.Subprocess): Promise<CommandExit> {
  const code = await child.exited;
  const signal = signalName(child.signalCode);
  const usage = child.resourceUsage();
  if (usage === undefined) return { code, signal };
  const cpuMs = Math.round(Number(usage.cpuTime.total) / 1000);
  return { code, signal, cpuMs, peakBytes: usage.maxRSS };
}

/** A signal's name; real-time signals have only a number. */
const signalName = (signal: string | number | null | undefined): string | undefined =>
  typeof signal === "number" ? `SIG${signal}` : (signal ?? undefined);

/** Finds a program's file in PATH, as execvp(3) does. */
function findProgram(name: string): string | StartFailure {
  const directories = (process.env["PATH"] ?? "/bin:/usr/bin").split(":");
  const paths = name.includes("/")
    ? [name]
    : directories.map((directory) => `${directory === "" ? "." : directory}/${name}`);
  const candidates = paths.map((path) => [path, whyNotExecutable(path)] as const);
  const found = candidates.find(([, why]) => why === undefined);
  if (found !== undefined && name !== "") return found[0];
  const denied = candidates.find(([, why]) => why !== undefined && why !== "ENOENT")?.[1];
  const doing = `Cannot run ${quoted(name)}`;
  if (denied === undefined || name === "") return { code: 127, why: `${doing}: command not found` };
  return { code: 126, why: `${doing}: ${denied}` };
}

/** Why a file cannot be executed; undefined when it can. */
function whyNotExecutable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? undefined : "not a regular file";
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "ENOENT";
    return describeErrno(error);
  }
}
