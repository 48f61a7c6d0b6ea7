/**
 * Runs a command with heartbeats, from its start to its end.
 *
 * The command is started before anything else is read or written, unless a flag needs that first.
 * A failure of anything else does not make it fail.
 *
 * @module
 */
import { EXIT } from "../base/errors.ts";
import { type BestEffort, createBestEffort, createWarnOnce, warnOnStderr } from "./best-effort.ts";
import { createRunBeatWriter } from "./beat-writer.ts";
import { beatNotStarted, type RunBeats, startBeats } from "./beats.ts";
import type { Capture } from "./capture.ts";
import {
  type CommandExit,
  type RunningCommand,
  startCommand,
  type StartFailure,
} from "./command.ts";
import { exitAs } from "./exit-as.ts";
import { type InheritedState, readInherited } from "./inherited.ts";
import type { Pinger } from "./ping.ts";
import type { RunPlan } from "./run-plan.ts";
import { openRecorder, type Recorder } from "./record.ts";
import { describeEnd, type EndReceivers, reportEnd } from "./report-end.ts";
import { endingSignalOf, recordedExit } from "./rules/recorded-exit.ts";
import { forwardSignals, type SignalForwarding } from "./signals.ts";
import { isAwayFromTerminal } from "./terminal.ts";
import { startTimeout } from "./timeout.ts";

/**
 * Runs a plan's command to its end, and returns its exit code.
 *
 * @throws {OperatorError} before the start, when the plan is strict and no beat can be written into
 *   its cell, or when the lock cannot be taken.
 */
export async function runCommand(plan: RunPlan): Promise<number> {
  const inherited = readInherited();
  const run = openRun(plan);
  if (plan.lock !== undefined && !(await acquireLock(plan, run))) return EXIT.ok;
  if (plan.isStrict) run.beats?.write(undefined, () => ({ state: "working" }));
  return runToEnd(plan, run, inherited);
}

/** What accompanies one run. */
interface Run {
  readonly beats: RunBeats | undefined;
  readonly recorder: Recorder | undefined;
  readonly runId: string;
  readonly bestEffort: BestEffort;
}

function openRun({ cell, beatSeconds, job, settings, stuck, isStrict }: RunPlan): Run {
  const runId = crypto.randomUUID();
  const onLater = createWarnOnce();
  const bestEffort = createBestEffort(onLater);
  const schedule =
    cell === undefined
      ? undefined
      : { cell, seconds: beatSeconds, runId, isStrict, settings, onLater };
  return {
    beats: schedule && { schedule, write: createRunBeatWriter(schedule), stuck, bestEffort },
    recorder: job && openRecorder(job, runId, settings, bestEffort),
    runId,
    bestEffort,
  };
}

/** Takes the lock; false when the run is skipped, which is reported and recorded. */
async function acquireLock({ job, lock, settings }: RunPlan, { recorder }: Run) {
  const { acquireRunLock, alreadyRunning, describeSkip } = await import("./run-lock.ts");
  const name = job?.name ?? "";
  const runLock = { job: name, directory: settings().heartbeat_dir };
  const holder = await acquireRunLock(runLock, lock === "wait");
  if (holder === undefined) return true;
  if (lock === "fail") throw alreadyRunning(name, holder);
  warnOnStderr(describeSkip(runLock, holder));
  await recorder?.skip();
  return false;
}

/** Starts the command, and waits for its end. */
async function runToEnd(plan: RunPlan, run: Run, inherited: InheritedState): Promise<number> {
  const capture =
    plan.captures || plan.isQuiet
      ? await run.bestEffort(async () =>
          (await import("./capture.ts")).openCapture(plan.stuck !== undefined, plan.isQuiet),
        )
      : undefined;
  const signals = forwardSignals(inherited.ignored);
  const startedMs = performance.now();
  const isLeader = plan.limit !== undefined && isAwayFromTerminal(inherited);
  const running = startCommand(plan.command, {
    inherited,
    isLeader,
    outputs: capture?.outputs,
    onStart: () => signals.commandStarts(),
  });
  if ("pid" in running) signals.start(running);
  const pinger =
    plan.ping && (await import("./ping.ts")).openPinger(plan.ping, run.runId, run.bestEffort);
  if (!("pid" in running)) return reportNotStarted({ ...run, pinger, plan }, running);
  const exit = await monitorRun(plan, run, { running, startedMs, signals, capture, pinger });
  return exitAs(exit, signals);
}

/** A command that has started. */
interface StartedRun {
  readonly running: RunningCommand;
  readonly startedMs: number;
  readonly signals: SignalForwarding;
  readonly capture: Capture | undefined;
  readonly pinger: Pinger | undefined;
}

/** Beats, records, pings and captures until the command has ended; then reports its end. */
async function monitorRun(
  plan: RunPlan,
  run: Run,
  { running, startedMs, signals, capture, pinger }: StartedRun,
): Promise<CommandExit> {
  capture?.start(running);
  const onNotEnded = (why: string) => {
    warnOnStderr(why);
    run.recorder?.message(why);
  };
  const timeout = plan.limit && startTimeout(running, plan.limit, onNotEnded);
  run.recorder?.start(running);
  pinger?.start();
  const endBeats = run.beats && startBeats(run.beats, running, capture?.takeForwarded);
  const exit = await running.exited;
  signals.stop();
  const [endedAt, ms] = [new Date(), performance.now() - startedMs];
  const message = await timeout?.finish();
  const hasTimedOut = timeout?.hasExpired() === true;
  if (endBeats !== undefined) {
    const received = hasTimedOut ? undefined : await signals.receivedWith(endingSignalOf(exit));
    await endBeats(recordedExit(exit, endedAt, received));
  }
  const output = await capture?.end(signals.interrupted);
  const end = { ...describeEnd(exit, endedAt, ms, hasTimedOut), message };
  const printOutput = () => capture?.print(signals.interrupted);
  await reportEnd({ ...run, pinger, plan, printOutput }, end, output);
  return exit;
}

async function reportNotStarted(run: Run & EndReceivers, failure: StartFailure): Promise<number> {
  const { code, why } = failure;
  if (run.beats !== undefined) await beatNotStarted(run.beats, failure);
  warnOnStderr(why);
  const end = { endedAt: new Date(), duration_ms: 0, exit_code: code, message: why };
  await reportEnd(run, { status: "fail", ...end });
  return code;
}
