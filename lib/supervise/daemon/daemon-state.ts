/**
 * The state of the daemon's loop, shared with the service manager and the endpoint.
 *
 * @module
 */
import type { Report } from "../../contract/report.ts";
import type { MemberHealth } from "../../contract/fleet-member.ts";
import type { Settings } from "../../contract/settings.ts";
import type { Pace } from "./pace.ts";
import type { RoundResult } from "../../http/server/endpoint-tasks.ts";

export interface DaemonState {
  settings: Settings;
  /** How often rounds start. */
  pace: Pace;
  /** The report of the last round; undefined when that round failed. */
  report: Report | undefined;
  /** When the last round ended, in monotonic seconds. */
  lastRoundAt: number;
  /** The daemon's part in a fleet; undefined outside of one. */
  readonly memberHealth: (() => MemberHealth) | undefined;
}

/** The last round, for the endpoint. */
export const latestRound = ({ report, pace, memberHealth }: DaemonState): RoundResult => ({
  report,
  intervalMs: 1000 * pace.seconds,
  member: memberHealth?.(),
});

/** The settings with the interval at which rounds really start: what is late is judged by that. */
export const settingsAtPace = ({ settings, pace }: DaemonState): Settings => ({
  ...settings,
  scan_interval_seconds: pace.seconds,
});
