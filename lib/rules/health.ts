/**
 * The health of the endpoint itself, as probes and load balancers ask for it.
 *
 * The shape is that of draft-inadarei-api-health-check, with a plain `ok` beside it.
 *
 * @module
 */
import type { Report } from "../schemas/report.ts";
import { checkReport } from "./check.ts";

/** The last good scan, and how old it is. */
export interface Knowledge {
  readonly report: Report | undefined;
  /** Whole seconds since the last good scan; undefined before the first. */
  readonly ageSeconds: number | undefined;
  /** The last good scan is as recent as scans are meant to be. */
  readonly isFresh: boolean;
}

/**
 * `fail` when there is no fresh scan, for then nobody knows; `warn` when a cell is not
 * well, never `fail`: one dead agent must not pull a gateway from its balancer.
 */
export function healthStatus({ report, isFresh }: Knowledge): "pass" | "warn" | "fail" {
  if (report === undefined || !isFresh) return "fail";
  return checkReport(report) === "OK" ? "pass" : "warn";
}

/** The document of `/health`; without `details` only what a stranger may know. */
export function healthDocument(knowledge: Knowledge, version: string, details: boolean): object {
  const status = healthStatus(knowledge);
  const bare = { status, ok: status !== "fail" };
  return details
    ? { ...bare, version, ...output(knowledge), checks: checks(knowledge, status) }
    : bare;
}

function output(knowledge: Knowledge): { output?: string } {
  return knowledge.isFresh ? {} : { output: staleness(knowledge) };
}

/** Why there is no fresh scan, in words. */
export const staleness = ({ ageSeconds }: Knowledge): string =>
  ageSeconds === undefined
    ? "no scan has succeeded yet"
    : `the last good scan is ${ageSeconds} s old`;

function checks({ report, ageSeconds, isFresh }: Knowledge, status: string): object {
  const time = report?.generated_at;
  const count = (name: keyof Report["summary"]) => [
    {
      componentType: "component",
      observedValue: report?.summary[name] ?? 0,
      observedUnit: "cells",
      status,
      time,
    },
  ];
  return {
    "scan:age": [
      {
        componentType: "component",
        observedValue: ageSeconds ?? null,
        observedUnit: "s",
        status: isFresh ? "pass" : "fail",
        time,
      },
    ],
    "cells:healthy": count("healthy"),
    "cells:stale": count("stale"),
    "cells:incomplete": count("incomplete"),
    "cells:uninitialized": count("uninitialized"),
    "cells:resting": count("resting"),
  };
}
