/**
 * Starting a command as its caller would have: same descriptors, limits, signals, environment
 * and directory.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { processFacts } from "../host/process.ts";
import { type Inherited, restorer } from "./inherited.ts";

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]];

/** How a command came to its end. */
export interface Ending {
  /** What a shell would call its exit code: 128+n for the signal n. */
  readonly code: number;
  readonly signal: string | undefined;
  /** CPU time of the command and of the children it waited for, in milliseconds. */
  readonly cpuMs?: number;
  /** The most memory that one of them held, in bytes. */
  readonly peakBytes?: number;
}

/** A command at work. */
export interface Running {
  readonly pid: number;
  /** When it started, in clock ticks after the boot; undefined when it was too short to see. */
  readonly start: number | undefined;
  /** It leads a process group of its own, which has no terminal. */
  readonly isLeader: boolean;
  readonly ended: Promise<Ending>;
}

/** Why a command could not be started: the shell's exit code for it, and a sentence. */
export interface NotStarted {
  readonly code: 126 | 127;
  readonly why: string;
}

/** How a command is to be started. */
export interface Start {
  readonly inherited: Inherited;
  /** Whether it is to lead a process group of its own. */
  readonly isLeader: boolean;
  /** Its stdout and stderr; ours where they are left out. */
  readonly outputs?: readonly [number, number] | undefined;
}

/** Starts `argv`. */
export function startCommand(argv: Argv, how: Start): Running | NotStarted {
  const program = findProgram(argv[0]);
  if (typeof program !== "string") return program;
  try {
    const child = spawn(argv, program, how);
    return {
      pid: child.pid,
      start: processFacts(child.pid)?.start,
      isLeader: how.isLeader,
      ended: endOf(child),
    };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return { code: 126, why: `Cannot run ${quoted(argv[0])}: ${describeErrno(error)}` };
  }
}

function spawn([name, ...args]: Argv, program: string, { inherited, isLeader, outputs }: Start) {
  const prefix = restorer(name, inherited.ignored);
  const options = {
    stdio: ["inherit", ...(outputs ?? ["inherit", "inherit"]), ...inherited.descriptors],
    detached: isLeader,
  } as unknown as Bun.SpawnOptions.OptionsObject<"inherit", "inherit", "inherit">;
  if (prefix.length > 0) return Bun.spawn([...prefix, name, ...args], options);
  try {
    return Bun.spawn([program, ...args], { ...options, argv0: name });
  } catch (error) {
    // A script without its first line: the shell's, as execvp(3) has it.
    if (errnoOf(error) !== "ENOEXEC") throw error;
    return Bun.spawn(["/bin/sh", program, ...args], options);
  }
}

async function endOf(child: Bun.Subprocess): Promise<Ending> {
  const code = await child.exited;
  const used = child.resourceUsage();
  return {
    code,
    signal: nameOf(child.signalCode),
    ...(used === undefined
      ? {}
      : { cpuMs: Math.round(Number(used.cpuTime.total) / 1000), peakBytes: used.maxRSS }),
  };
}

/** A signal's name; real-time ones have a number only. */
const nameOf = (signal: string | number | null | undefined): string | undefined =>
  typeof signal === "number" ? `SIG${signal}` : (signal ?? undefined);

/** The file that a name means, as execvp(3) finds it. */
function findProgram(name: string): string | NotStarted {
  const places = (process.env["PATH"] ?? "/bin:/usr/bin").split(":");
  const paths = name.includes("/")
    ? [name]
    : places.map((place) => `${place === "" ? "." : place}/${name}`);
  const met = paths.map((path) => [path, whyNot(path)] as const);
  const found = met.find(([, why]) => why === undefined);
  if (found !== undefined && name !== "") return found[0];
  const denied = met.find(([, why]) => why !== undefined && why !== "ENOENT")?.[1];
  const cannot = `Cannot run ${quoted(name)}`;
  if (denied === undefined || name === "")
    return { code: 127, why: `${cannot}: there is no such program` };
  return { code: 126, why: `${cannot}: ${denied}` };
}

/** Why a file cannot be run; undefined when it can. */
function whyNot(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? undefined : "it is no regular file";
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "ENOENT";
    return describeErrno(error);
  }
}
