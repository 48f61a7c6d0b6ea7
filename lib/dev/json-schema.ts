/**
 * JSON Schemas of public files and reports, generated from the valibot schemas.
 *
 * @module
 */
import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { CellConfig } from "../contract/cell.ts";
import { FleetReport } from "../contract/fleet-report.ts";
import { Event, Message } from "../contract/event.ts";
import { Heartbeat } from "../contract/heartbeat.ts";
import { JobRecord } from "../contract/job.ts";
import { JobsReport } from "../contract/job-report.ts";
import { LABEL_LIMIT, Labels, Mission } from "../contract/mission.ts";
import { Report } from "../contract/report.ts";
import { MatchedLabels } from "../contract/revive-policy.ts";
import { SettingsFile } from "../contract/settings.ts";

/** The schemas under config/schemas/, by name. */
export const SCHEMAS = {
  mission: Mission,
  cell: CellConfig,
  heartbeat: Heartbeat,
  job: JobRecord,
  report: Report,
  jobs: JobsReport,
  fleet: FleetReport,
  event: Event,
  message: Message,
  lazarus_pit: SettingsFile,
} as const satisfies Record<string, v.GenericSchema>;
export type SchemaName = keyof typeof SCHEMAS;

export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[];

const labelsUpTo = (limit: { maxLength?: number }): JsonSchema => ({
  type: "object",
  ...(limit.maxLength === undefined ? {} : { propertyNames: limit }),
  additionalProperties: { type: "string", ...limit },
});

const requiring = (name: string): JsonSchema => ({ properties: { [name]: {} }, required: [name] });

/** JSON Schema for the parts that valibot checks in code. */
export const CONVERSION: ConversionConfig = {
  overrideSchema: ({ valibotSchema }) => {
    if (valibotSchema === Labels) return labelsUpTo({});
    return valibotSchema === MatchedLabels ? labelsUpTo({ maxLength: LABEL_LIMIT }) : undefined;
  },
  // Only two rules are checked in code: a text is a valid timestamp, and `notify` has one of two keys.
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type !== "check") return undefined;
    if (jsonSchema.type === "string") return { ...jsonSchema, format: "date-time" };
    return { ...jsonSchema, anyOf: ["command", "routes"].map(requiring) };
  },
};

/** The JSON Schema named `name`. */
export function jsonSchemaOf(name: SchemaName): JsonSchema {
  const schema = toJsonSchema(SCHEMAS[name], CONVERSION);
  return { $schema: "http://json-schema.org/draft-07/schema#", title: name, ...schema };
}

/** The content of a schema's file. */
export const schemaText = (name: SchemaName): string =>
  `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`;
