/**
 * Reads the flags of `heartbeat run`.
 *
 * @module
 */
import { readProcFile } from "../host/process.ts";
import { warnOnStderr } from "./best-effort.ts";
import type { CommandArgv } from "./command.ts";
import { requireDeathSignal, withDeathSignal } from "./death-signal.ts";
import type { RunPlan, WrappedJob } from "./run-plan.ts";
import { readDuration } from "../cli/value-flags.ts";
import type { CommandLine } from "../cli/flags.ts";
import { type Flags, textFlag } from "../cli/flag-values.ts";
import { cannotUse, usageError } from "../cli/usage-error.ts";
import { withOwnRoot } from "../cell/own-root.ts";
import type { Settings } from "../contract/settings.ts";
import { readPing, readPingBody } from "./ping-flags.ts";
import { type JobFlag, readWrappedJob, readLockMode } from "./job-flags.ts";
import { readOkCodes } from "./declaration-flags.ts";
import { findRunCell } from "./run-cell.ts";
import { lazySettings } from "../cli/lenient-settings.ts";

const DEFAULT_BEAT_SECONDS = 60;
const DEFAULT_KILL_AFTER_SECONDS = 10;
const DAY_SECONDS = 86_400;

/** The flags of `heartbeat run`, except those of settings. */
type RunFlag =
  | "stuck-after"
  | "progress-file"
  | "timeout"
  | "kill-after"
  | "capture"
  | "quiet"
  | "ping"
  | "ping-file"
  | "ping-body"
  | "die-with-wrapper"
  | "strict"
  | JobFlag;

/**
 * Reads which command to run, and how.
 *
 * @throws {OperatorError} when a flag is wrong, the command is missing, or there is neither a cell
 *   nor a job.
 */
export async function readRunPlan({
  flags,
  positionals: [id],
  command,
}: CommandLine<Flags<RunFlag>>): Promise<RunPlan> {
  const lazy = lazySettings(flags, flags["strict"] === true, warnOnStderr);
  let own: Settings | undefined;
  const settings = () => (own ??= withOwnRoot(lazy.settings(), flags));
  const limit = readTimeLimit(flags);
  const job = readWrappedJob(flags, id, limit?.seconds);
  const argv = readDeathSignal(readCommand(command), flags["die-with-wrapper"] === true);
  const cell =
    job !== undefined && id === undefined
      ? undefined
      : await findRunCell(id, settings, lazy.areValid);
  const ping = readPing(textFlag(flags, "ping"), textFlag(flags, "ping-file"));
  const captures = flags["capture"] === true;
  return {
    command: argv,
    cell,
    beatSeconds: readBeatSeconds(cell === undefined ? undefined : textFlag(flags, "interval")),
    job,
    limit,
    stuck: readStuck(flags, cell, job),
    lock: readLockMode(textFlag(flags, "lock"), job),
    okCodes: readOkCodes(textFlag(flags, "ok-codes")),
    captures,
    isQuiet: flags["quiet"] === true,
    ping,
    pingsOutput: readPingBody(flags["ping-body"] === true, ping !== undefined, captures),
    isStrict: readStrict(flags, cell, job),
    settings,
  };
}

function readCommand([program, ...args]: readonly string[]): CommandArgv {
  if (program === undefined)
    throw usageError("Missing command", "write it after the flags, as: -- CMD ARG…");
  if ([program, ...args].some((word) => word.includes("\ufffd")) && !areArgumentsUtf8())
    throw cannotUse("an argument that is not UTF-8: the command would get a different one");
  return [program, ...args];
}

function readDeathSignal(argv: CommandArgv, diesWithWrapper: boolean): CommandArgv {
  if (!diesWithWrapper) return argv;
  requireDeathSignal();
  return withDeathSignal(argv, process.pid);
}

/** Checks the raw command line from the kernel, because Bun has replaced invalid bytes in ours. */
function areArgumentsUtf8(): boolean {
  const bytes = Buffer.from(readProcFile("self", "cmdline") ?? "", "latin1");
  return Buffer.from(bytes.toString()).equals(bytes);
}

function readBeatSeconds(text: string | undefined): number {
  return text === undefined ? DEFAULT_BEAT_SECONDS : readTimer("interval", text, DAY_SECONDS);
}

/** A timer must be at least 1 s, and cannot be longer than about 24 days. */
function readTimer(flag: string, text: string, maxSeconds = 20 * DAY_SECONDS): number {
  const seconds = readDuration(flag, text);
  if (seconds >= 1 && seconds <= maxSeconds) return seconds;
  throw cannotUse(`"${text}" for --${flag}: Expected 1s to ${maxSeconds / DAY_SECONDS}d`);
}

function readTimeLimit(flags: Flags<RunFlag>): RunPlan["limit"] {
  const [timeout, killAfter] = [textFlag(flags, "timeout"), textFlag(flags, "kill-after")];
  if (timeout !== undefined)
    return {
      seconds: readTimer("timeout", timeout),
      killAfterSeconds:
        killAfter === undefined ? DEFAULT_KILL_AFTER_SECONDS : readTimer("kill-after", killAfter),
    };
  if (killAfter === undefined) return undefined;
  throw cannotUse("--kill-after without --timeout", "add --timeout");
}

function readStuck(
  flags: Flags<RunFlag>,
  cell: string | undefined,
  job: WrappedJob | undefined,
): RunPlan["stuck"] {
  const text = textFlag(flags, "stuck-after");
  const progressFile = textFlag(flags, "progress-file");
  if (text !== undefined && cell === undefined && job !== undefined)
    throw cannotUse(
      "--stuck-after without a cell",
      "name a cell: its heartbeats report that the command is stuck",
    );
  if (text !== undefined) return { seconds: readTimer("stuck-after", text), progressFile };
  if (progressFile === undefined) return undefined;
  throw cannotUse("--progress-file without --stuck-after", "add --stuck-after");
}

function readStrict(
  flags: Flags<RunFlag>,
  cell: string | undefined,
  job: WrappedJob | undefined,
): boolean {
  if (flags["strict"] === true && cell === undefined && job !== undefined)
    throw cannotUse("--strict without a cell", "name the cell that must be sound");
  return flags["strict"] === true;
}
