/**
 * The schemas of the OpenAPI document that are generated from the valibot ones.
 *
 * @module
 */
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { FleetCell, FleetHost, FleetOverview, FleetSummary } from "../contract/fleet-report.ts";
import { CellRecords } from "../contract/cell-records.ts";
import { RequestedOrder } from "../contract/requested-order.ts";
import { Heartbeat } from "../contract/heartbeat.ts";
import { JobHealth, Jobs, JobsReport, JobSummary, ReportJob } from "../contract/job-report.ts";
import { Ignored } from "../contract/ignored.ts";
import { Problem, Report, ReportCell, Status, Summary } from "../contract/report.ts";
import { CONVERSION } from "./json-schema.ts";

/** By name; a schema that has a name refers to it. */
export const GENERATED_SCHEMAS = toJsonSchemaDefs(
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
    CellRecords,
    RequestedOrder,
    FleetSummary,
    FleetHost,
    FleetCell,
    FleetOverview,
  },
  { ...CONVERSION, overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}` },
);
