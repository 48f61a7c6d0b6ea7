/**
 * Writes the beats of one run. Each vouches for the command and for its wrapper.
 *
 * @module
 */
import { type BeatFields, nextBeat, type Vouching } from "../cell/rules/next-beat.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { Settings } from "../contract/settings.ts";
import { defined } from "../base/defined.ts";
import { writeNextBeat } from "../cell/heartbeat/beat.ts";
import { openRoot } from "../host/files/directory.ts";
import { processIdentity, hostName, thisProcess } from "../host/host.ts";
import type { RunningCommand } from "./command.ts";
import { WriterWatch } from "./writer-watch.ts";

/** Where and how often a command beats. */
export interface BeatSchedule {
  readonly cell: string;
  readonly seconds: number;
  readonly runId: string;
  readonly isStrict: boolean;
  readonly settings: () => Settings;
  /** Receives warnings, for example that part of a beat is left to the next one. */
  readonly onLater: (why: string) => void;
}

/**
 * Writes one beat, unless another run beats in the cell. `content` gets the agent's own beat if it
 * came after the last one of this run, and returns the fields of the next one. `command` is
 * undefined if none is running.
 */
export type WriteRunBeat = (
  command: RunningCommand | undefined,
  content: (agentBeat: Heartbeat | undefined) => BeatFields,
) => void;

/** Creates the writer of a run's beats. The root is opened each time: its disk may come and go. */
export function createRunBeatWriter(schedule: BeatSchedule): WriteRunBeat {
  const { cell, seconds, runId, settings, onLater } = schedule;
  const runner = thisProcess();
  const watch = new WriterWatch({ runner, runId }, { ...schedule, warn: onLater });
  let ours: Heartbeat | undefined;
  return (command, content) => {
    const now = new Date();
    const writer = { host: hostName(), boot_id: runner.boot_id, pid: command?.pid ?? process.pid };
    const next = (last: Heartbeat | undefined) => {
      const { mayBeat, agentBeat } = watch.check(last, ours, now);
      if (!mayBeat) return undefined;
      const other = defined({ other_writer: watch.otherWriter() });
      const fields = { ...content(agentBeat), interval_seconds: seconds, ...other };
      const kept = { ...vouchingFor(command), runner };
      return nextBeat(last, { id: cell, fields, writer, freshRunId: runId, now, kept });
    };
    const root = openRoot(settings().root);
    try {
      ours = writeNextBeat({ root, id: cell }, next, { now, onDeferred: onLater }) ?? ours;
    } finally {
      root.close();
    }
  };
}

/** The command's identity. Its start was read when it started: its pid may be reused since. */
function vouchingFor(command: RunningCommand | undefined): Vouching {
  if (command === undefined) return {};
  const { start_ticks: _now, ...identity } = processIdentity(command.pid);
  return { process: { ...identity, ...defined({ start_ticks: command.start }) } };
}
