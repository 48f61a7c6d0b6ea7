/**
 * Whether the runs of a job still run, and for how long.
 *
 * @module
 */
import type { BegunRun } from "../contract/job-run.ts";
import type { Liveness } from "../contract/process-identity.ts";
import { parseTimestamp } from "../base/time.ts";
import { hostName, livenessOf, uptimeSeconds } from "../host/host.ts";
import { TICKS_PER_SECOND } from "../host/process.ts";
import type { RunFacts } from "./rules/run-verdict.ts";

/**
 * Checks the processes of a run: the job's own, and the one that will write its end record.
 * `unknown` if they belong to another host or container, where the pids mean other processes, or
 * if the record does not identify them.
 */
export function runLiveness(run: BegunRun): Liveness {
  const states = processesOf(run).map((each) => each.liveness);
  if (states.length === 0) return "unknown";
  return (["alive", "unknown"] as const).find((state) => states.includes(state)) ?? "gone";
}

/** The processes of a run on this host. Without its start time, a pid may mean any later process. */
function processesOf(run: BegunRun) {
  const { host, boot_id, pid_namespace, time_namespace } = run;
  if (host !== hostName() || boot_id === undefined) return [];
  return [
    [run.pid, run.pid_start],
    [run.runner_pid, run.runner_start],
  ]
    .filter((each): each is [number, number] => each[0] !== undefined && each[1] !== undefined)
    .map(([pid, start_ticks]) => ({
      start_ticks,
      liveness: livenessOf({ boot_id, pid, start_ticks, pid_namespace, time_namespace }),
    }));
}

/**
 * Whether a run still runs, and its age in seconds: by the kernel's clock for a process that is seen,
 * because the host's clock may have been set since it started; negative if it lies in the future.
 */
export function runFacts(run: BegunRun, now: Date): RunFacts {
  const process = runLiveness(run);
  const since = processesOf(run).find((each) => each.liveness === "alive")?.start_ticks;
  const uptime = uptimeSeconds();
  const isMeasured = process === "alive" && since !== undefined && uptime > 0;
  const age = isMeasured
    ? Math.max(0, uptime - since / TICKS_PER_SECOND)
    : (now.getTime() - (parseTimestamp(run.started_at) ?? now.getTime())) / 1000;
  return { run, process, age };
}
