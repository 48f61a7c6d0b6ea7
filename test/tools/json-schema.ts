/**
 * The JSON Schemas of what others read and write, made from the valibot ones.
 *
 * @module
 */
import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { CellConfig } from "../../lib/schemas/cell.ts";
import { Heartbeat } from "../../lib/schemas/heartbeat.ts";
import { JobRecord } from "../../lib/schemas/job.ts";
import { JobsReport } from "../../lib/schemas/jobs.ts";
import { Labels, Mission } from "../../lib/schemas/mission.ts";
import { LABEL_LIMIT, Report } from "../../lib/schemas/report.ts";
import { MatchedLabels } from "../../lib/schemas/revive.ts";
import { SettingsFile } from "../../lib/schemas/settings.ts";

/** The schemas under config/schemas/, by name. */
export const SCHEMAS = {
  mission: Mission,
  cell: CellConfig,
  heartbeat: Heartbeat,
  job: JobRecord,
  report: Report,
  jobs: JobsReport,
  lazarus_pit: SettingsFile,
} as const satisfies Record<string, v.GenericSchema>;
export type SchemaName = keyof typeof SCHEMAS;

export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[];

const labelsUpTo = (limit: { maxLength?: number }): JsonSchema => ({
  type: "object",
  ...(limit.maxLength === undefined ? {} : { propertyNames: limit }),
  additionalProperties: { type: "string", ...limit },
});

/** What valibot says in code, in words of JSON Schema. */
export const IN_WORDS: ConversionConfig = {
  overrideSchema: ({ valibotSchema }) => {
    if (valibotSchema === Labels) return labelsUpTo({});
    return valibotSchema === MatchedLabels ? labelsUpTo({ maxLength: LABEL_LIMIT }) : undefined;
  },
  // The only check in code is that of a timestamp: that there is such a moment.
  overrideAction: ({ valibotAction, jsonSchema }) =>
    valibotAction.type === "check" ? { ...jsonSchema, format: "date-time" } : undefined,
};

/** The JSON Schema of one of them. */
export function jsonSchemaOf(name: SchemaName): JsonSchema {
  const schema = toJsonSchema(SCHEMAS[name], IN_WORDS);
  return { $schema: "http://json-schema.org/draft-07/schema#", title: name, ...schema };
}

/** The text of a schema's file. */
export const schemaText = (name: SchemaName): string =>
  `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`;
