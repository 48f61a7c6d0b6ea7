/**
 * Running a command with heartbeats, from its start to its end.
 *
 * The command comes first: it is started before anything is read or written, and nothing
 * that fails beside it becomes its failure.
 *
 * @module
 */
import { closeSync } from "node:fs";
import type { JobEnd } from "../../rules/job-record.ts";
import { outputText } from "../../rules/output.ts";
import { EXIT } from "../../schemas/errors.ts";
import { LAST_STATE } from "../../schemas/heartbeat.ts";
import { type Aside, openAside, tellAside, tellingOnce, waitForRecord } from "./aside.ts";
import { beatOnce, type Rhythm, startBeats } from "./beats.ts";
import { type Ending, type NotStarted, startCommand } from "./command.ts";
import { type Inherited, readInherited } from "./inherited.ts";
import type { Pinger } from "./ping.ts";
import type { RunPlan } from "./plan.ts";
import { openRecorder, type Recorder } from "./record.ts";
import { hasTerminal, isInForeground, openPassage, type Passage } from "./signals.ts";
import { startTimeout } from "./timeout.ts";

/**
 * Runs a plan's command to its end, and gives its exit code.
 *
 * @throws {OperatorError} when a strict plan's cell cannot be beaten in, or the lock that was
 *   asked for cannot be had; then nothing was started.
 */
export async function runCommand(plan: RunPlan): Promise<number> {
  const inherited = readInherited();
  const run = openRun(plan);
  if (plan.lock !== undefined && !(await hasTurn(plan, run))) return EXIT.ok;
  if (plan.isStrict && run.rhythm !== undefined)
    beatOnce(run.rhythm, process.pid, () => ({ state: "working" }));
  return follow(plan, run, inherited);
}

/** What is done beside one run. */
interface Run {
  readonly rhythm: Rhythm | undefined;
  readonly recorder: Recorder | undefined;
  readonly runId: string;
  readonly aside: Aside;
}

function openRun({ cell, beatSeconds, job, settings, stuckSeconds }: RunPlan): Run {
  const runId = crypto.randomUUID();
  const onLater = tellingOnce();
  const aside = openAside(onLater);
  const rhythm = { seconds: beatSeconds, runId, stuckSeconds, settings, onLater };
  return {
    rhythm: cell === undefined ? undefined : { cell, ...rhythm },
    recorder: job && openRecorder(job, runId, settings, aside),
    runId,
    aside,
  };
}

/** Takes the lock; false when the run is to be skipped, which is told and recorded. */
async function hasTurn({ job, lock, settings }: RunPlan, { recorder }: Run) {
  const { runsAlready, takeTurn } = await import("./lock.ts");
  const name = job?.name ?? "";
  if (await takeTurn({ name, directory: settings().heartbeat_dir }, lock === "wait")) return true;
  const refused = runsAlready(name);
  if (lock === "fail") throw refused;
  tellAside(refused.message);
  await recorder?.skip();
  return false;
}

/** Starts the command and everything beside it, and sees it to its end. */
async function follow(plan: RunPlan, run: Run, inherited: Inherited): Promise<number> {
  const { rhythm, recorder, runId, aside } = run;
  const { limit } = plan;
  const capture = plan.captures
    ? await aside(async () => (await import("./capture.ts")).openCapture())
    : undefined;
  const passage = openPassage(inherited.ignored);
  const started = performance.now();
  const how = { inherited, isLeader: limit !== undefined && !hasTerminal() };
  const running = startCommand(plan.command, { ...how, outputs: capture?.outputs });
  if ("pid" in running) passage.to(running);
  const pinger = plan.ping && (await import("./ping.ts")).openPinger(plan.ping, runId, aside);
  if (!("pid" in running)) {
    if (plan.isStrict && rhythm !== undefined) await takeBack(rhythm, running, aside);
    return tellNotStarted(running, recorder, pinger);
  }
  capture?.start();
  const timeout = limit && startTimeout(running, limit);
  recorder?.start(running);
  pinger?.start();
  const endBeats = rhythm && startBeats(rhythm, running, aside);

  const ending = await running.ended;
  passage.end();
  const [endedAt, duration] = [new Date(), performance.now() - started];
  await timeout?.finish();
  await endBeats?.(`ended with ${ending.signal ?? ending.code}`);
  const output = await capture?.end(passage.interrupted);
  const end = describeEnd(ending, endedAt, duration, timeout?.hasStruck() === true);
  const pinged = pinger?.end(end.exit_code, end.status !== "ok", output);
  const recorded = recorder?.end({ ...end, output: output && outputText(output) });
  await Promise.all([waitForRecord(recorded, recorder?.giveUp), pinged]);
  return leave(ending, passage);
}

/** Ends what the beat began that has shown the cell to be sound. */
const takeBack = (rhythm: Rhythm, { code }: NotStarted, aside: Aside) =>
  aside(() =>
    beatOnce(rhythm, process.pid, () => ({
      state: LAST_STATE,
      message: `not started: ${code}`,
    })),
  );

async function tellNotStarted(
  { code, why }: NotStarted,
  recorder: Recorder | undefined,
  pinger: Pinger | undefined,
): Promise<number> {
  tellAside(why);
  const pinged = pinger?.end(code, true, undefined);
  const recorded = recorder?.end({
    status: "fail",
    endedAt: new Date(),
    duration_ms: 0,
    exit_code: code,
  });
  await Promise.all([waitForRecord(recorded, recorder?.giveUp), pinged]);
  return code;
}

function describeEnd(end: Ending, endedAt: Date, ms: number, tookTooLong: boolean): JobEnd {
  const status = end.code === 0 ? "ok" : "fail";
  return {
    status: tookTooLong ? "timeout" : status,
    endedAt,
    duration_ms: Math.round(ms),
    exit_code: end.code,
    signal: end.signal,
    cpu_ms: end.cpuMs,
    peak_memory_bytes: end.peakBytes,
  };
}

/**
 * The exit code to end with. After Ctrl-C we end by the signal itself, as the command did,
 * because a shell's loop goes on after any exit code. The terminal is let go first: Bun would
 * set it back to what it was at our start.
 */
function leave({ code, signal }: Ending, passage: Passage): number {
  passage.close();
  const isByKeyboard = signal === "SIGINT" && isInForeground();
  for (const fd of [0, 1, 2]) closeSync(fd);
  if (isByKeyboard) process.kill(process.pid, "SIGINT");
  return code;
}
