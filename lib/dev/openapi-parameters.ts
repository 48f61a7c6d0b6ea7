/**
 * The parameters of requests, for the OpenAPI document.
 *
 * @module
 */
import { MAX_VALUE_LENGTH, MAX_VALUES } from "../http/rules/query.ts";
import { Status } from "../contract/report.ts";

/** The parameter of paths that contain a cell's id. */
export const ID = {
  name: "id",
  in: "path",
  required: true,
  description: "The mission's id, in upper or lower case.",
  schema: { type: "string", format: "uuid" },
};
/** The parameters that filter a report's cells. */
export const FILTERS = [
  {
    name: "status",
    in: "query",
    description: "Only cells with one of these statuses; repeatable.",
    style: "form",
    explode: false,
    schema: { type: "array", maxItems: MAX_VALUES, items: { enum: Status.options } },
  },
  {
    name: "label",
    in: "query",
    description:
      "Only cells with this label, as name=value or name; if repeated, with all of them.",
    schema: {
      type: "array",
      maxItems: MAX_VALUES,
      items: { type: "string", maxLength: MAX_VALUE_LENGTH },
    },
  },
  { name: "If-None-Match", in: "header", schema: { type: "string" } },
];
