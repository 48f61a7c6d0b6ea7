/**
 * Running a command with heartbeats, from its start to its end.
 *
 * The command comes first: it is started before anything is read or written, and nothing
 * that fails beside it becomes its failure.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { EXIT } from "../../schemas/errors.ts";
import { LAST_STATE } from "../../schemas/heartbeat.ts";
import { type Aside, openAside, tellAside, tellingOnce } from "./aside.ts";
import { beatOnce, type Rhythm, startBeats } from "./beats.ts";
import type { Capture } from "./capture.ts";
import { type Ending, type NotStarted, type Running, startCommand } from "./command.ts";
import { describeEnd, tellEnd } from "./end.ts";
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

/** Starts the command, and sees it to its end. */
async function follow(plan: RunPlan, run: Run, inherited: Inherited): Promise<number> {
  const capture = plan.captures
    ? await run.aside(async () => (await import("./capture.ts")).openCapture())
    : undefined;
  const passage = openPassage(inherited.ignored);
  const startedMs = performance.now();
  const how = { inherited, isLeader: plan.limit !== undefined && !hasTerminal() };
  const running = startCommand(plan.command, { ...how, outputs: capture?.outputs });
  if ("pid" in running) passage.to(running);
  const pinger =
    plan.ping && (await import("./ping.ts")).openPinger(plan.ping, run.runId, run.aside);
  if (!("pid" in running)) return tellNotStarted(plan, run, pinger, running);
  const ending = await attend(plan, run, { running, startedMs, passage, capture, pinger });
  return leave(ending, passage);
}

/** A command that has started. */
interface Started {
  readonly running: Running;
  readonly startedMs: number;
  readonly passage: Passage;
  readonly capture: Capture | undefined;
  readonly pinger: Pinger | undefined;
}

/** Does everything beside a command until it has ended, and tells how it did. */
async function attend(
  { limit }: RunPlan,
  run: Run,
  { running, startedMs, passage, capture, pinger }: Started,
): Promise<Ending> {
  capture?.start();
  const timeout = limit && startTimeout(running, limit);
  run.recorder?.start(running);
  pinger?.start();
  const endBeats = run.rhythm && startBeats(run.rhythm, running, run.aside);
  const ending = await running.ended;
  passage.end();
  const [endedAt, ms] = [new Date(), performance.now() - startedMs];
  await timeout?.finish();
  await endBeats?.(`ended with ${ending.signal ?? ending.code}`);
  const output = await capture?.end(passage.interrupted);
  const end = describeEnd(ending, endedAt, ms, timeout?.hasStruck() === true);
  await tellEnd(run.recorder, pinger, end, output);
  return ending;
}

async function tellNotStarted(
  { isStrict }: RunPlan,
  run: Run,
  pinger: Pinger | undefined,
  { code, why }: NotStarted,
): Promise<number> {
  const { rhythm, aside } = run;
  const last = { state: LAST_STATE, message: `not started: ${code}` };
  // Ends what the beat began that has shown the cell to be sound.
  if (isStrict && rhythm !== undefined)
    await aside(() => beatOnce(rhythm, process.pid, () => last));
  tellAside(why);
  const end = { status: "fail", endedAt: new Date(), duration_ms: 0, exit_code: code } as const;
  await tellEnd(run.recorder, pinger, end);
  return code;
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
