/**
 * What the flags of `heartbeat run` ask for.
 *
 * @module
 */
import { JobName } from "../../schemas/job.ts";
import type { Settings } from "../../schemas/settings.ts";
import { missionMeant, readMissionId } from "../cell/here.ts";
import { openRoot } from "../host/directory.ts";
import { kernelFile } from "../host/process.ts";
import type { Argv } from "../run/command.ts";
import type { Job, RunPlan } from "../run/plan.ts";
import { readDuration } from "./amounts.ts";
import { type Args, type CommandLine, readFlag, refusal, textFlag } from "./flags.ts";
import { loadSettings } from "./settings.ts";

const BEAT_SECONDS = 60;

/**
 * Reads what is to be run, and how.
 *
 * @throws {OperatorError} when a flag is wrong, there is no command, or no cell or job is meant.
 */
export function readPlan({ flags, words: [named], command }: CommandLine): RunPlan {
  const settings = once(() => loadSettings(flags));
  const job = readJob(flags, named);
  const argv = readCommand(command);
  const cell = readCell(named, job, settings);
  return {
    command: argv,
    cell,
    beatSeconds: readBeat(cell === undefined ? undefined : textFlag(flags, "interval")),
    job,
    isStrict: flags["strict"] === true,
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

/** The cell that is named; where there is no job either, the one meant. */
function readCell(named: string | undefined, job: Job | undefined, settings: () => Settings) {
  if (named !== undefined) return readMissionId(named);
  if (job !== undefined) return undefined;
  const told = process.env["MISSION_ID"];
  if (told !== undefined) return readMissionId(told);
  const root = openRoot(settings().root);
  try {
    return missionMeant(undefined, root);
  } finally {
    root.close();
  }
}

/** A timer cannot wait for nothing, nor longer than 24 days. */
function readBeat(text: string | undefined): number {
  const seconds = text === undefined ? BEAT_SECONDS : readDuration("interval", text);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw refusal(`"${text}" for --interval: Expected 1s to 1d`);
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

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
