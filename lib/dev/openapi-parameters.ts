/**
 * The parameters of requests, for the OpenAPI document.
 *
 * @module
 */
import { MAX_VALUE_LENGTH, MAX_VALUES } from "../http/rules/query.ts";
import type { Json } from "./openapi-health.ts";
import { Status } from "../contract/report.ts";

/** The parameter of paths that contain a cell's id. */
export const ID = {
  name: "id",
  in: "path",
  required: true,
  description: "The mission's id, in upper or lower case.",
  schema: { type: "string", format: "uuid" },
};
/** A parameter of a query with one value of several, separated by commas; repeatable. */
export const queryFilter = (name: string, description: string, items: Json): Json => ({
  name,
  in: "query",
  description,
  style: "form",
  explode: false,
  schema: { type: "array", maxItems: MAX_VALUES, items },
});

export const LABEL_FILTER = {
  name: "label",
  in: "query",
  description: "Only cells with this label, as name=value or name; if repeated, with all of them.",
  schema: {
    type: "array",
    maxItems: MAX_VALUES,
    items: { type: "string", maxLength: MAX_VALUE_LENGTH },
  },
};
export const KNOWN_TAG = { name: "If-None-Match", in: "header", schema: { type: "string" } };

/** The parameters that filter a report's cells. */
export const FILTERS = [
  queryFilter("status", "Only cells with one of these statuses; repeatable.", {
    enum: Status.options,
  }),
  LABEL_FILTER,
  KNOWN_TAG,
];
