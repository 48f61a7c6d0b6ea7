/**
 * Parts of the OpenAPI document that its paths share: schemas, headers, errors.
 *
 * Schemas are generated from the valibot ones if these exist. The others are written here, and
 * test/http/openapi-answers.test.ts compares them with real responses.
 *
 * @module
 */
import { ROWS } from "../verdict/rows.ts";
import { GENERATED_SCHEMAS as GENERATED } from "./openapi-schemas.ts";
import { healthSchema, type Json, list, object } from "./openapi-health.ts";

export const schemaRef = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: "null" }] });

const TIMESTAMP = GENERATED.Report.properties?.["generated_at"] as Json;
const { generated_at, next_expected_at, duration_ms, suspicion, fleet, jobs_unknown } = GENERATED
  .Report.properties as Json;

/** All schemas by name. */
export const COMPONENTS: Json = {
  ...GENERATED,
  Change: object({
    at: TIMESTAMP,
    from: orNull(schemaRef("Status")),
    to: orNull(schemaRef("Status")),
    problems: list(schemaRef("Problem")),
  }),
  Changes: object(
    {
      generated_at,
      next_expected_at,
      duration_ms,
      suspicion,
      fleet,
      summary: schemaRef("Summary"),
      cells: list(schemaRef("ReportCell")),
      removed: list({ type: "string" }),
      ignored: list(schemaRef("Ignored")),
      jobs: schemaRef("Jobs"),
      jobs_unknown,
    },
    "next_expected_at",
    "suspicion",
    "fleet",
    "jobs",
    "jobs_unknown",
  ),
  CellAnswer: object({
    cell: schemaRef("ReportCell"),
    row: { enum: Object.keys(ROWS) },
    because: { type: "string" },
    changes: list(schemaRef("Change")),
    records: orNull(schemaRef("CellRecords")),
    takes_orders: { type: "boolean" },
  }),
  ...fleetSchemas(GENERATED.FleetOverview.properties as Json),
  Health: healthSchema(TIMESTAMP, GENERATED.FleetSummary.properties as Json),
  Beat: {
    ...GENERATED.Heartbeat,
    required: ["state"],
    description: "A heartbeat; the server sets its timestamp. Additional keys are preserved.",
  },
  BeatTaken: object({
    mission_id: GENERATED.ReportCell.properties?.["mission_id"],
    timestamp: TIMESTAMP,
    seq: { type: "integer" },
  }),
  Document: { type: "object" },
  OrderTaken: object({ order: { type: "string" }, result: { type: "string" } }),
  Refusal: object({ error: object({ code: { type: "string" }, message: { type: "string" } }) }),
};

/** What `serve-health --fleet` sends, with the properties of the report without its cells. */
function fleetSchemas(overview: Json): Json {
  const [cells, more] = [list(schemaRef("FleetCell")), { type: "integer" }];
  const times = { generated_at, current_until: overview["current_until"] };
  const [host, report] = [schemaRef("FleetHost"), orNull(schemaRef("Report"))];
  return {
    FleetCells: object({ ...times, cells }),
    FleetHostAnswer: object({ ...times, host, report }),
    FleetDocument: object({ ...overview, cells, more }),
    FleetChanges: object({ ...overview, gone: list({ type: "string" }), cells, more }, "cells"),
  };
}

/** Content of a text type. */
export const textContent = (type: string): Json => ({ [type]: { schema: { type: "string" } } });
/** Content of a JSON type with the schema `name`. */
export const jsonContent = (name: string, type = "application/json"): Json => ({
  [type]: { schema: schemaRef(name) },
});

/** An error response, and the codes that its body may contain. */
export function describeError(description: string, ...codes: string[]): Json {
  const named = { error: { type: "object", properties: { code: { enum: codes } } } };
  const schema = { allOf: [schemaRef("Refusal"), { type: "object", properties: named }] };
  return { description, content: { "application/json": { schema } } };
}

const header = (description: string): Json => ({ description, schema: { type: "string" } });
export const RETRY_AFTER_HEADER = { "Retry-After": header("Seconds to wait before a retry.") };
export const ETAG_HEADER = { ETag: header("Identifies this report; send it as If-None-Match.") };

/** Errors that every path may return. */
export const COMMON_RESPONSES = {
  "400": describeError("The request is malformed.", "bad_request"),
  "403": describeError("The host name is not allowed.", "foreign_host"),
  default: {
    description: "Any other error, such as 405 for a method that this path does not allow.",
    content: jsonContent("Refusal"),
  },
} as const;
/** Errors of a path that reads a body of JSON; `what` names what it contains. */
export const bodyResponses = (what: string): Json => ({
  "408": describeError(`The ${what} did not arrive in time.`, "too_slow"),
  "413": describeError(`The ${what} is too large.`, "too_large"),
  "415": describeError("The content type is not application/json.", "unsupported_media_type"),
  "422": describeError(
    `The ${what} is invalid; the message names the field.`,
    "not_json",
    "malformed",
  ),
});
export const UNAUTHORIZED_RESPONSE = {
  ...describeError("The endpoint's token is missing or wrong.", "unauthorized"),
  headers: { "WWW-Authenticate": header("Bearer") },
};
const notYet = (description: string, ...codes: string[]): Json => ({
  ...describeError(description, ...codes),
  headers: RETRY_AFTER_HEADER,
});
export const NO_SCAN_RESPONSE = notYet("No scan has succeeded yet.", "no_scan");
export const NO_LOOK_RESPONSE = notYet("No look at the fleet has ended yet.", "no_look");
export const NOTHING_YET_RESPONSE = notYet("There is no scan or look yet.", "no_scan", "no_look");

/** A response with a body. */
export const describeResponse = (description: string, content: Json, more: Json = {}): Json => ({
  description,
  content,
  ...more,
});
