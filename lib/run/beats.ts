/**
 * The heartbeats of a cell while a command runs in it.
 *
 * @module
 */
import { EXITING_STATE, type RecordedExit } from "../contract/heartbeat.ts";
import { monotonicSeconds } from "../host/clock.ts";
import { processFacts } from "../host/process.ts";
import type { BeatSchedule, WriteRunBeat } from "./beat-writer.ts";
import type { BestEffort } from "./best-effort.ts";
import type { RunningCommand, StartFailure } from "./command.ts";
import { readAgentReport, NO_REPORT, fieldsForBeat } from "./rules/agent-report.ts";
import { startStuckDetector, type StuckOptions } from "./stuck.ts";
import type { TakeForwarded } from "./tree-sampler.ts";

/** The beats of one run. */
export interface RunBeats {
  readonly schedule: BeatSchedule;
  readonly write: WriteRunBeat;
  /** When a beat reports the command as stuck; undefined if none does. */
  readonly stuck: StuckOptions | undefined;
  readonly bestEffort: BestEffort;
}

/**
 * Beats at once and then at every interval, while the command can run; beats repeat what the agent
 * last wrote itself. The returned function stops this and writes the last beat. `forwarded` returns
 * the output that passed through the wrapper, if it captures output.
 */
export function startBeats(
  { schedule, write, stuck, bestEffort }: RunBeats,
  running: RunningCommand,
  forwarded: TakeForwarded | undefined,
): (exit: RecordedExit) => Promise<void> {
  const detector = stuck && startStuckDetector(running.pid, stuck, forwarded);
  let latest = NO_REPORT;
  const beat = () => {
    if (!canRun(running.pid)) return detector?.reset();
    void bestEffort(() =>
      write(running, (agentBeat) => {
        const seconds = monotonicSeconds();
        const most = schedule.settings().max_stale_after_seconds;
        const reported = agentBeat && readAgentReport(agentBeat, seconds, most);
        if (reported !== undefined) detector?.addProgress(reported.fields.progress);
        latest = reported ?? latest;
        return fieldsForBeat(latest, () => detector?.isStuck() === true, seconds);
      }),
    );
  };
  beat();
  const timer = setInterval(beat, 1000 * schedule.seconds);
  return async (exit) => {
    clearInterval(timer);
    detector?.stop();
    await bestEffort(() => write(running, () => lastBeat(exit)));
  };
}

const lastBeat = (exit: RecordedExit) => ({
  state: EXITING_STATE,
  message: `ended with ${exit.signal ?? exit.code}`,
  exit,
});

/** Writes the only beat of a command that could not be started. */
export const beatNotStarted = (
  { write, bestEffort }: RunBeats,
  { code, why: message }: StartFailure,
): Promise<unknown> => {
  const exit = { code, at: new Date().toISOString() };
  return bestEffort(() => write(undefined, () => ({ state: EXITING_STATE, message, exit })));
};

/**
 * False for a command that is stopped or dead. One that `/proc` hides, because it runs as another user, runs:
 * these beats stop when it ends.
 */
const canRun = (pid: number): boolean => !/[TtZX]/.test(processFacts(pid)?.state ?? "");
