/**
 * The query of `/v1/fleet/cells`.
 *
 * @module
 */
import * as v from "valibot";
import { Status } from "../../../contract/report.ts";
import type { CellSelection } from "../../../fleet/rules/cell-selection.ts";
import { MAX_VALUE_LENGTH, MAX_VALUES, parseQuery, type QueryFault } from "../../rules/query.ts";

const Statuses = v.array(v.picklist([...Status.options, "not_known"]));
const PARAMETERS = { host: { separator: "," }, status: { separator: "," }, label: {}, known: {} };

type SelectionFault = QueryFault | "unknown_value";

const BAD_FILTER = [
  "bad_filter",
  "Filter by host, status (also not_known), label (name=value) and known (true or false).",
] as const;

/** The error code and message for each fault. */
export const SELECTION_ERRORS: Readonly<
  Record<SelectionFault, readonly [code: string, message: string]>
> = {
  unknown_parameter: BAD_FILTER,
  unknown_value: BAD_FILTER,
  too_many_values: ["too_many_values", `A parameter has at most ${MAX_VALUES} values.`],
  too_long_value: ["too_long_value", `A value has at most ${MAX_VALUE_LENGTH} characters.`],
};

/** The selection of a query; an empty one selects all cells. */
export function parseSelection(text: string): CellSelection | SelectionFault {
  const query = parseQuery(text, PARAMETERS);
  if (typeof query === "string") return query;
  const listOf = (name: string) => (query.get(name)?.length === 0 ? undefined : query.get(name));
  const statuses = v.safeParse(v.optional(Statuses), listOf("status"));
  const known = listOf("known");
  if (!statuses.success || known?.some((each) => each !== "true" && each !== "false") === true)
    return "unknown_value";
  return {
    hosts: listOf("host"),
    statuses: statuses.output,
    labels: listOf("label"),
    known: known?.length === 1 ? known[0] === "true" : undefined,
  };
}
