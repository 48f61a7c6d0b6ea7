/**
 * What the flags of `heartbeat run` ask for.
 *
 * @module
 */
import * as v from "valibot";
import { isPingUrl } from "../../rules/ping.ts";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { JobName } from "../../schemas/job.ts";
import { kernelFile } from "../host/process.ts";
import { readSecret } from "../host/secret.ts";
import { tellAside } from "../run/aside.ts";
import type { Argv } from "../run/command.ts";
import type { Job, RunPlan } from "../run/plan.ts";
import { readDuration } from "./amounts.ts";
import { type Args, type CommandLine, readFlag, refusal, textFlag } from "./flags.ts";
import { cellMeant, readCell } from "./run-cell.ts";
import { lazySettings } from "./settings-anyway.ts";

const BEAT_SECONDS = 60;
const KILL_SECONDS = 10;
const LockWord = v.picklist(["skip", "wait", "fail"]);

/**
 * Reads what is to be run, and how.
 *
 * @throws {OperatorError} when a flag is wrong, there is no command, or no cell or job is meant.
 */
export function readPlan({ flags, words: [named], command }: CommandLine): RunPlan {
  const { settings, areSound } = lazySettings(flags, flags["strict"] === true, tellAside);
  const job = readJob(flags, named);
  const argv = readCommand(command);
  const cell = job === undefined ? cellMeant(named, settings, areSound) : readCell(named);
  return {
    command: argv,
    cell,
    beatSeconds: readBeat(cell === undefined ? undefined : textFlag(flags, "interval")),
    job,
    limit: readLimit(flags),
    stuckSeconds: readStuck(flags, cell, job),
    lock: readLock(textFlag(flags, "lock"), job),
    captures: flags["capture"] === true,
    ping: readPing(textFlag(flags, "ping"), textFlag(flags, "ping-file")),
    isStrict: readStrict(flags, cell, job),
    settings,
  };
}

function readCommand([program, ...args]: readonly string[]): Argv {
  if (program === undefined)
    throw refusal("this call: there is no command", "write it after the flags, as: -- CMD ARG…");
  if ([program, ...args].some((word) => word.includes("\ufffd")) && !isUtf8())
    throw refusal("an argument that is not UTF-8: it would reach the command changed");
  return [program, ...args];
}

/** False where the arguments, as the kernel has them, could not be read without loss. */
function isUtf8(): boolean {
  const bytes = Buffer.from(kernelFile("self", "cmdline") ?? "", "latin1");
  return Buffer.from(bytes.toString()).equals(bytes);
}

function readBeat(text: string | undefined): number {
  return text === undefined ? BEAT_SECONDS : readTimer("interval", text, 86_400);
}

/** A timer cannot wait for nothing, nor longer than 24 days. */
function readTimer(flag: string, text: string, most = 20 * 86_400): number {
  const seconds = readDuration(flag, text);
  if (seconds >= 1 && seconds <= most) return seconds;
  throw refusal(`"${text}" for --${flag}: Expected 1s to ${most / 86_400}d`);
}

function readLimit(flags: Args): RunPlan["limit"] {
  const [timeout, killAfter] = [textFlag(flags, "timeout"), textFlag(flags, "kill-after")];
  if (timeout !== undefined)
    return {
      seconds: readTimer("timeout", timeout),
      killAfterSeconds: killAfter === undefined ? KILL_SECONDS : readTimer("kill-after", killAfter),
    };
  if (killAfter === undefined) return undefined;
  throw refusal("--kill-after without --timeout", "say after what time it is to be ended");
}

function readStuck(flags: Args, cell: string | undefined, job: Job | undefined) {
  const text = textFlag(flags, "stuck-after");
  if (text !== undefined && cell === undefined && job !== undefined)
    throw refusal("--stuck-after without a cell", "it is a beat that says so");
  return text === undefined ? undefined : readTimer("stuck-after", text);
}

/** The address is a secret, and may lie in a file; that is read beside the command. */
function readPing(url: string | undefined, file: string | undefined): RunPlan["ping"] {
  if (url !== undefined && file !== undefined)
    throw refusal("--ping together with --ping-file", "give one of them");
  if (url !== undefined && !isPingUrl(url))
    throw refusal("this address for --ping", "write it as https://hc-ping.com/UUID");
  if (url !== undefined) return () => url;
  return file === undefined ? undefined : () => pingUrlIn(file);
}

function pingUrlIn(file: string): string {
  const hint = "put the address there, such as https://hc-ping.com/UUID";
  const url = readSecret(file, hint);
  if (isPingUrl(url)) return url;
  throw new OperatorError(
    "config",
    `Cannot use the address in ${quoted(file)}: it is no URL`,
    hint,
  );
}

/** By a job's record is known that a run goes on whose wrapper was killed. */
function readLock(text: string | undefined, job: Job | undefined): RunPlan["lock"] {
  if (text !== undefined && job === undefined)
    throw refusal("--lock without --job", "name what is to run one at a time");
  return text === undefined ? undefined : readFlag("lock", LockWord, text);
}

function readStrict(flags: Args, cell: string | undefined, job: Job | undefined): boolean {
  if (flags["strict"] === true && cell === undefined && job !== undefined)
    throw refusal("--strict without a cell", "it is a cell that must be sound");
  return flags["strict"] === true;
}

function readJob(flags: Args, cell: string | undefined): Job | undefined {
  const time = (flag: string) => {
    const text = textFlag(flags, flag);
    return text === undefined ? undefined : readDuration(flag, text);
  };
  const name = textFlag(flags, "job");
  const stray = ["period", "grace"].find((flag) => textFlag(flags, flag) !== undefined);
  if (name !== undefined)
    return {
      name: readFlag("job", JobName, name),
      // Without a cell there are no beats; then --interval is the job's, as in heartbeat --job.
      intervalSeconds: time("period") ?? (cell === undefined ? time("interval") : undefined),
      graceSeconds: time("grace"),
    };
  if (stray === undefined) return undefined;
  throw refusal(`--${stray} without --job`, "it says when a job is to run");
}
