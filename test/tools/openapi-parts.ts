/**
 * The parts of the endpoint's description that its paths share: what it tells, and how it refuses.
 *
 * What has a valibot schema is made from it; the rest is said here, and held to the real
 * answers by test/openapi.test.ts.
 *
 * @module
 */
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { ROWS } from "../../lib/rules/classify.ts";
import { Heartbeat } from "../../lib/schemas/heartbeat.ts";
import { JobHealth, Jobs, JobsReport, JobSummary, ReportJob } from "../../lib/schemas/jobs.ts";
import { Ignored, Problem, Report, ReportCell, Status, Summary } from "../../lib/schemas/report.ts";
import { IN_WORDS } from "./json-schema.ts";

export type Json = Readonly<Record<string, unknown>>;

export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Json, ...optional: string[]): Json => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const list = (items: Json): Json => ({ type: "array", items });
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: "null" }] });

const MADE = toJsonSchemaDefs(
  {
    Status,
    Problem,
    ReportCell,
    Summary,
    Ignored,
    JobHealth,
    ReportJob,
    JobSummary,
    Jobs,
    JobsReport,
    Report,
    Heartbeat,
  },
  { ...IN_WORDS, overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}` },
);
const WHEN = MADE.Report.properties?.["generated_at"] as Json;
const { generated_at, next_expected_at, duration_ms, observer_suspect } = MADE.Report
  .properties as Json;

const CHECK = object(
  {
    componentType: { const: "component" },
    observedValue: { type: ["number", "null"] },
    observedUnit: { enum: ["s", "cells"] },
    status: { enum: ["pass", "warn", "fail"] },
    time: WHEN,
  },
  "time",
);

/** Every schema, by name. */
export const COMPONENTS: Json = {
  ...MADE,
  Change: object({
    at: WHEN,
    from: orNull(ref("Status")),
    to: orNull(ref("Status")),
    problems: list(ref("Problem")),
  }),
  Changes: object(
    {
      generated_at,
      next_expected_at,
      duration_ms,
      observer_suspect,
      summary: ref("Summary"),
      cells: list(ref("ReportCell")),
      removed: list({ type: "string" }),
      ignored: list(ref("Ignored")),
      jobs: ref("Jobs"),
    },
    "next_expected_at",
    "jobs",
  ),
  CellAnswer: object({
    cell: ref("ReportCell"),
    row: { enum: Object.keys(ROWS) },
    because: { type: "string" },
    changes: list(ref("Change")),
  }),
  Health: object(
    {
      status: { enum: ["pass", "warn", "fail"] },
      ok: { type: "boolean" },
      version: { type: "string" },
      output: { type: "string" },
      checks: { type: "object", additionalProperties: list(CHECK) },
    },
    "version",
    "output",
    "checks",
  ),
  Beat: {
    ...MADE.Heartbeat,
    required: ["state"],
    description: "A heartbeat; the server stamps its time. Other keys are kept.",
  },
  BeatTaken: object({
    mission_id: MADE.ReportCell.properties?.["mission_id"],
    timestamp: WHEN,
    seq: { type: "integer" },
  }),
  Refusal: object({ error: object({ code: { type: "string" }, message: { type: "string" } }) }),
};

export const text = (type: string): Json => ({ [type]: { schema: { type: "string" } } });
export const json = (name: string, type = "application/json"): Json => ({
  [type]: { schema: ref(name) },
});

/** What a refusal means, and the words for programs that it comes with. */
export function refusal(description: string, ...codes: string[]): Json {
  const named = { error: { type: "object", properties: { code: { enum: codes } } } };
  const schema = { allOf: [ref("Refusal"), { type: "object", properties: named }] };
  return { description, content: { "application/json": { schema } } };
}

const header = (description: string): Json => ({ description, schema: { type: "string" } });
export const RETRY = { "Retry-After": header("Seconds after which to ask again.") };
export const ETAG = { ETag: header("Names this report; send it as If-None-Match.") };

/** How anything may be refused. */
export const ALWAYS = {
  "400": refusal("The request cannot be read.", "bad_request"),
  "403": refusal("A name under which this endpoint is not known.", "foreign_host"),
  default: {
    description: "Any other refusal, such as 405 for a method that is not for this path.",
    content: json("Refusal"),
  },
} as const;
export const UNAUTHORIZED = {
  ...refusal("The endpoint's token is missing or wrong.", "unauthorized"),
  headers: { "WWW-Authenticate": header("Bearer") },
};
export const NO_SCAN = {
  ...refusal("No scan has succeeded yet.", "no_scan"),
  headers: RETRY,
};
