/**
 * Checks the daemon of a root, its unit, and the clock that it judges by.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { version } from "../../package.json";
import { OperatorError } from "../base/errors.ts";
import { valueOf } from "../contract/facts.ts";
import type { Settings } from "../contract/settings.ts";
import { storePathsOf } from "../host/files/state-dir.ts";
import { runProgram } from "../host/programs/subprocess.ts";
import { daemonOf } from "../supervise/commands/running-daemon.ts";
import { isRoundLate, readDaemonStatus } from "../supervise/revive/daemon-status.ts";
import { startCall } from "../supervise/revive/fleet-file-facts.ts";
import { guarded } from "./guarded.ts";
import { clockDiagnosis } from "./rules/clock-diagnosis.ts";
import { type Diagnosis, passed, warned } from "./rules/diagnosis.ts";
import { roundDiagnosis } from "./rules/round-diagnosis.ts";
import { SERVICE, SERVICE_PROPERTIES, serviceDiagnosis } from "./rules/service-diagnosis.ts";

/** systemd creates it where it manages the system: see sd_booted(3). */
const SYSTEMD_MARK = "/run/systemd/system";
const ANSWER_LIMIT_MS = 5000;

const hasSystemd = (): boolean => existsSync(SYSTEMD_MARK);

/** Checks daemon, unit and clock; `sameFlags` are for commands in hints. */
export async function checkDaemon(
  settings: Settings,
  sameFlags: string,
  now: Date,
): Promise<Diagnosis[]> {
  const state = storePathsOf(settings);
  const status = valueOf(readDaemonStatus(state));
  let holder: string | undefined;
  const daemon = guarded("daemon", "Cannot tell whether a daemon runs", () => {
    holder = daemonOf(state, "Cannot tell whether a daemon runs");
    const last = status && { ...status, isLate: isRoundLate(status, now) };
    const host = { hasSystemd: hasSystemd(), version, place: sameFlags, now };
    return roundDiagnosis({ holder, last, startCall: startCall(state), ...host });
  });
  const isSynchronized = await readSynchronized();
  const skew = settings.allowed_skew_seconds;
  const clock = { now, lastRound: status?.at, allowedSkewSeconds: skew, isSynchronized };
  return [daemon, await checkService(holder !== undefined), clockDiagnosis(clock)];
}

async function checkService(isSupervised: boolean): Promise<Diagnosis> {
  if (!hasSystemd()) return passed("service", "systemd does not manage this host");
  const properties = `--property=${SERVICE_PROPERTIES.join(",")}`;
  const text = await tryProgram(["systemctl", "show", properties, "--", SERVICE]);
  if (text !== undefined) return serviceDiagnosis(text, isSupervised);
  return warned("service", "systemd did not answer", `systemctl status ${SERVICE}`);
}

/** Whether systemd says that the clock is synchronized; undefined if it does not say. */
async function readSynchronized(): Promise<boolean | undefined> {
  if (!hasSystemd()) return undefined;
  const text = await tryProgram(["timedatectl", "show", "--property=NTPSynchronized", "--value"]);
  const answer = text?.trim();
  return answer === "yes" || answer === "no" ? answer === "yes" : undefined;
}

/** The output of a program; undefined if it is not installed, fails or takes too long. */
async function tryProgram(argv: readonly [string, ...string[]]): Promise<string | undefined> {
  try {
    const { code, stdout } = await runProgram(argv, { timeoutMs: ANSWER_LIMIT_MS });
    return code === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof OperatorError && error.fault === "unavailable") return undefined;
    throw error;
  }
}
