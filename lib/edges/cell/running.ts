/**
 * Whether a job that is recorded as running still runs.
 *
 * @module
 */
import type { JobRecord } from "../../schemas/job.ts";
import { bootId, hostName } from "../host/host.ts";
import { isRunning, pidNamespace } from "../host/process.ts";

/**
 * Looks for the processes of a run: the job's own, and the one that is to write its end.
 * `unknown` where they are another host's or a container's, whose numbers mean others here, or
 * the record does not say which they are.
 */
export function runOf(record: JobRecord): "alive" | "gone" | "unknown" {
  const { host, boot_id, pid, pid_start, runner_pid, runner_start, pid_namespace } = record;
  if (host !== hostName() || boot_id === undefined) return "unknown";
  // Without its start a number may mean any later process.
  const known = [
    [pid, pid_start],
    [runner_pid, runner_start],
  ].filter((each): each is [number, number] => each[0] !== undefined && each[1] !== undefined);
  if (known.length === 0) return "unknown";
  if (boot_id !== bootId()) return "gone";
  if (pid_namespace !== undefined && pid_namespace !== pidNamespace()) return "unknown";
  return known.some(([number, start]) => isRunning(number, start)) ? "alive" : "gone";
}
