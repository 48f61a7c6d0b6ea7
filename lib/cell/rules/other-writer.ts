/**
 * Another agent that beats in the same cell, by its last beat.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { EXITING_STATE, type Heartbeat, SEED_STATE } from "../../contract/heartbeat.ts";

/** True for a beat of an agent that is running: not the last beat of a run, and not the seed. */
export const isAtWork = ({ state }: Heartbeat): boolean =>
  state !== EXITING_STATE && state !== SEED_STATE;

/** What the next beat of this agent says about the writer of `beat`. */
export const asOtherWriter = ({
  host,
  pid,
  run_id,
  timestamp,
}: Heartbeat): NonNullable<Heartbeat["other_writer"]> => ({
  ...defined({ host_name: host, pid, run_id }),
  at: timestamp,
});
