/**
 * The lines of `supervise status` about a running daemon, by its own account of its last round.
 *
 * @module
 */
import { type CommandFlags, storeCommand } from "../../base/command-flags.ts";
import { describeDuration } from "../../base/duration.ts";
import { type DaemonStatus, isRoundLate } from "../revive/daemon-status.ts";
import { suspicionStep } from "../status/rules/journal-line.ts";

/** What `status` says; `flags` is what the commands to type need. */
export function daemonLines(
  status: DaemonStatus,
  places: readonly string[],
  { flags, now }: { readonly flags: CommandFlags; readonly now: Date },
): string[] {
  const up = describeDuration((now.getTime() - Date.parse(status.started_at)) / 1000);
  return [
    `daemon    process ${status.pid} on ${status.host}, version ${status.version}, up ${up} (since ${status.started_at})`,
    ...places,
    `round     ${roundText(status, now)}`,
    ...suspicionLines(status, flags),
    `policies  ${status.policies.map((argv) => argv.join(" ")).join("; ") || "none: nothing is revived"}`,
    `notify    ${notifyText(status)}`,
    `running   ${status.running.join(", ") || "no attempt"}`,
    ...gaveUpLines(status),
    `plan      ${status.planned} dead with a policy; see: ${storeCommand("supervise --plan", flags)}`,
  ];
}

/** What is not acted on at the moment, and what to do about it. */
function suspicionLines({ suspicion }: DaemonStatus, flags: CommandFlags): string[] {
  if (suspicion === undefined) return [];
  const { cause, text } = suspicion;
  const step = suspicionStep(cause, flags);
  return [`suspects  ${cause}: ${text}${step === undefined ? "" : `; next: ${step}`}`];
}

/** Whether anybody is told, and who is not at the moment. */
function notifyText({ notifies, deliveries = {} }: DaemonStatus): string {
  const failing = Object.entries(deliveries).flatMap(([route, { failure }]) =>
    typeof failure === "string" ? [`${route} FAILS: ${failure}`] : [],
  );
  return notifies ? ["configured", ...failing].join("; ") : "not configured";
}

function roundText(status: DaemonStatus, now: Date): string {
  const { at, interval_seconds: every, failure } = status;
  const ago = (now.getTime() - Date.parse(at)) / 1000;
  const late = isRoundLate(status, now) ? "; LATE: see its journal" : "";
  const why = failure === null ? "" : `; failed: ${failure}`;
  return `${at}, ${describeDuration(ago)} ago, every ${every}s${late}${why}`;
}

/** The missions whose breaker is open, with until when. */
const gaveUpLines = ({ plan }: DaemonStatus): string[] =>
  plan.flatMap(({ mission_id, gates }) =>
    gates
      .filter(({ gate }) => gate === "breaker")
      .map(({ text }) => `given up  ${mission_id}: ${text}`),
  );
