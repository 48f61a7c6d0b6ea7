/**
 * What a beat keeps from the last one if both writers belong to one process tree.
 *
 * @module
 */
import type { Heartbeat } from "../../contract/heartbeat.ts";
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { defined } from "../../base/defined.ts";
import { livenessOf } from "../../host/host.ts";
import { ancestorsOf } from "../../host/process.ts";
import type { Vouching } from "../rules/next-beat.ts";

/**
 * The processes that `last` vouches for, if this process descends from one of them: as in a call of
 * `heartbeat` inside a wrapped command, or inside an agent CLI with hooks. A single beat names no
 * process itself, and must not drop those that its wrapper named. Without a living wrapper only the
 * agent's process is kept.
 */
export function vouchingToKeep(last: Heartbeat | undefined): Vouching {
  const { process: agent, runner, run_id } = last ?? {};
  if (agent === undefined && runner === undefined) return {};
  const ancestors = ancestorsOf("self");
  const descendsFrom = (identity: ProcessIdentity | undefined) =>
    identity !== undefined && ancestors.includes(identity.pid) && livenessOf(identity) === "alive";
  if (descendsFrom(runner)) return defined({ process: agent, runner, run_id });
  return descendsFrom(agent) ? defined({ process: agent }) : {};
}
