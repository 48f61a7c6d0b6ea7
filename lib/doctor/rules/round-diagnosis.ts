/**
 * Judges the daemon of a root, and its last round.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { type Diagnosis, failedCheck, passed, warned } from "./diagnosis.ts";

const JOURNAL = "journalctl -u lazarus-pit -n 50";

export interface DaemonFacts {
  /** The process that supervises the root; undefined if none does. */
  readonly holder: string | undefined;
  /** The account of the last daemon; undefined if there is none. */
  readonly last:
    | {
        readonly at: string;
        readonly failure: string | null;
        readonly version: string;
        readonly isLate: boolean;
      }
    | undefined;
  /** Whether systemd manages this host. */
  readonly hasSystemd: boolean;
  /** The call that starts a daemon here: `supervise`, with --fleet on a host of a fleet. */
  readonly startCall: string;
  /** The version of this program. */
  readonly version: string;
  /** The flags for a command that uses this root and configuration, such as ` --root /srv/missions`. */
  readonly place: string;
  readonly now: Date;
}

export function roundDiagnosis(facts: DaemonFacts): Diagnosis {
  const { holder, last, startCall, hasSystemd, version, place, now } = facts;
  const at = last && `${describeDuration((now.getTime() - Date.parse(last.at)) / 1000)} ago`;
  if (holder === undefined)
    return warned(
      "daemon",
      `none runs for this root${at === undefined ? "" : `; the last round was ${at}`}`,
      hasSystemd ? "systemctl enable --now lazarus-pit" : `lazarus-pit ${startCall}${place}`,
    );
  if (last === undefined)
    return warned(
      "daemon",
      `${holder} supervises this root, but has not stored its status`,
      `lazarus-pit supervise status${place}`,
    );
  const text = `${holder}, last round ${at}`;
  if (last.failure !== null)
    return failedCheck("daemon", `${text}, failed: ${last.failure}`, JOURNAL);
  if (last.isLate) return failedCheck("daemon", `${text}: it is late`, JOURNAL);
  if (last.version !== version)
    return warned(
      "daemon",
      `${text}; it is version ${last.version}, this program is ${version}`,
      "systemctl restart lazarus-pit",
    );
  return passed("daemon", text);
}
