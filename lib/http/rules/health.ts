/**
 * The endpoint's own health, for probes and load balancers.
 *
 * The format is draft-inadarei-api-health-check, with an additional boolean `ok`.
 *
 * @module
 */
import type { Report } from "../../contract/report.ts";
import { checkReport } from "../../scan/rules/check-state.ts";

/** The last successful scan and its age. */
export interface LastScan {
  readonly report: Report | undefined;
  /** Whole seconds since the last successful scan; undefined before the first. */
  readonly ageSeconds: number | undefined;
  /** Whether it is recent enough for the scan interval. */
  readonly isFresh: boolean;
}

/**
 * `fail` without a fresh scan, because the state of the cells is unknown; `warn` when a cell has a
 * problem. One dead agent must not make a load balancer drop the gateway.
 */
export function healthStatus({ report, isFresh }: LastScan): "pass" | "warn" | "fail" {
  if (report === undefined || !isFresh) return "fail";
  return checkReport(report) === "OK" ? "pass" : "warn";
}

/** The document of `/health`; without `details` only the public part. */
export function healthDocument(lastScan: LastScan, version: string, details: boolean): object {
  const status = healthStatus(lastScan);
  const bare = { status, ok: status !== "fail" };
  if (!details) return bare;
  const output = lastScan.isFresh ? {} : { output: staleReason(lastScan) };
  return { ...bare, version, ...output, checks: healthChecks(lastScan, status) };
}

/** Why the last scan is not fresh. */
export const staleReason = ({ ageSeconds }: LastScan): string =>
  ageSeconds === undefined
    ? "no scan has succeeded yet"
    : `the last good scan is ${ageSeconds} s old`;

function healthChecks({ report, ageSeconds, isFresh }: LastScan, status: string): object {
  const time = report?.generated_at;
  const check = (observedValue: number | null, observedUnit: string, checkStatus: string) => [
    { componentType: "component", observedValue, observedUnit, status: checkStatus, time },
  ];
  const count = (name: keyof Report["summary"]) =>
    check(report?.summary[name] ?? 0, "cells", status);
  return {
    "scan:age": check(ageSeconds ?? null, "s", isFresh ? "pass" : "fail"),
    "cells:healthy": count("healthy"),
    "cells:stale": count("stale"),
    "cells:incomplete": count("incomplete"),
    "cells:uninitialized": count("uninitialized"),
    "cells:resting": count("resting"),
  };
}
