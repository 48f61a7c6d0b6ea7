/**
 * Errors of etcd, by what to do about them.
 *
 * @module
 */
import { type Fault, OperatorError } from "../../base/errors.ts";

/**
 * - `unreachable`: no endpoint answered in time. A write may have happened all the same.
 * - `denied`: etcd refuses the account.
 * - `full`: the database has reached its quota.
 * - `refused`: a lease is gone, or the request is wrong.
 */
export type EtcdFault = "unreachable" | "denied" | "full" | "refused";

const OPERATOR_FAULTS: Readonly<Record<EtcdFault, Fault>> = {
  unreachable: "unavailable",
  denied: "no_permission",
  full: "unavailable",
  refused: "try_again",
};
const HINTS: Readonly<Record<EtcdFault, string>> = {
  unreachable: "see which endpoint answers: lazarus-pit fleet check",
  denied:
    "check user and password_file of fleet_etcd; its rights are shown by: lazarus-pit fleet check",
  full: "compact and defragment the database, then disarm the alarm, with etcdctl",
  refused: "try again; if it recurs, see: lazarus-pit fleet check",
};

export class EtcdError extends OperatorError {
  constructor(
    readonly etcdFault: EtcdFault,
    message: string,
    hint: string = HINTS[etcdFault],
  ) {
    super(OPERATOR_FAULTS[etcdFault], message, hint);
  }
}

/** gRPC's codes, as the gateway gives them. */
const [INVALID, NOT_FOUND, DENIED, EXHAUSTED, PRECONDITION, OUT_OF_RANGE, UNAUTHENTICATED] = [
  3, 5, 7, 8, 9, 11, 16,
];
const REFUSALS: readonly (number | undefined)[] = [INVALID, NOT_FOUND, PRECONDITION, OUT_OF_RANGE];

/** True if a new token may help: the old one expired, or its member restarted. */
export const needsLogin = (code: number | undefined, message: string): boolean =>
  code === UNAUTHENTICATED ||
  /auth store is old|user name is empty|invalid auth token/.test(message);

/** What a failed answer means; undefined if another endpoint may do better. */
export function faultOf(code: number | undefined, message: string): EtcdFault | undefined {
  const isWithoutUser = message.includes("user name is empty");
  if (code === DENIED || code === UNAUTHENTICATED || isWithoutUser) return "denied";
  if (code === EXHAUSTED && message.includes("space exceeded")) return "full";
  return REFUSALS.includes(code) ? "refused" : undefined;
}
