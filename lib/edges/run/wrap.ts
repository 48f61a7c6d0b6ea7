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
import { openAside, tellAside } from "./aside.ts";
import { beatOnce, startBeats } from "./beats.ts";
import { type Ending, type NotStarted, startCommand } from "./command.ts";
import { ignoredSignals } from "./inherited.ts";
import type { RunPlan } from "./plan.ts";
import { openRecorder } from "./record.ts";
import { isInForeground, openPassage } from "./signals.ts";

/**
 * Runs a plan's command to its end, and gives its exit code.
 *
 * @throws {OperatorError} when a strict plan's cell cannot be beaten in; then nothing was started.
 */
export async function runCommand(plan: RunPlan): Promise<number> {
  const runId = crypto.randomUUID();
  const rhythm = rhythmOf(plan, runId);
  if (plan.isStrict && rhythm !== undefined) beatOnce(rhythm, process.pid, { state: "working" });
  const ignored = ignoredSignals();
  const passage = openPassage(ignored);
  const started = performance.now();
  const startedAt = new Date();
  const running = startCommand(plan.command, { ignored, isLeader: false });
  if ("pid" in running) passage.to(running);

  const aside = openAside();
  const recorder = plan.job && openRecorder(plan.job, runId, startedAt, plan.settings, aside);
  const tellEnd = (end: Ending | NotStarted) =>
    recorder?.end(describeEnd(end, performance.now() - started));
  if (!("pid" in running)) {
    tellAside(running.why);
    await tellEnd(running);
    return running.code;
  }
  recorder?.start(running);
  const endBeats = rhythm && startBeats(rhythm, running, () => ({ state: "working" }), aside);
  const ending = await running.ended;
  await endBeats?.(`ended with ${ending.signal ?? ending.code}`);
  await tellEnd(ending);
  passage.close();
  return leave(ending);
}

const rhythmOf = ({ cell, beatSeconds, settings }: RunPlan, runId: string) =>
  cell === undefined ? undefined : { cell, seconds: beatSeconds, runId, settings };

function describeEnd(end: Ending | NotStarted, ms: number): JobEnd {
  const status = end.code === 0 ? "ok" : "fail";
  const base = { status, duration_ms: Math.round(ms), exit_code: end.code } as const;
  if ("why" in end) return base;
  return { ...base, signal: end.signal, cpu_ms: end.cpuMs, peak_memory_bytes: end.peakBytes };
}

/**
 * The exit code to end with. After Ctrl-C we end by the signal itself, as the command did,
 * because a shell's loop goes on after any exit code. The terminal is let go first: Bun would
 * set it back to what it was at our start.
 */
function leave({ code, signal }: Ending): number {
  const isByKeyboard = signal === "SIGINT" && isInForeground();
  for (const fd of [0, 1, 2]) closeSync(fd);
  if (isByKeyboard) process.kill(process.pid, "SIGINT");
  return code;
}
