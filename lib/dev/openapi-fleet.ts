/**
 * The paths of `serve-health --fleet` for the OpenAPI document; those of one root answer 404 there.
 *
 * @module
 */
import { Status } from "../contract/report.ts";
import { queryFilter, LABEL_FILTER, KNOWN_TAG } from "./openapi-parameters.ts";
import {
  describeError,
  describeResponse,
  ETAG_HEADER,
  jsonContent,
  NO_LOOK_RESPONSE,
} from "./openapi-parts.ts";
import { guardedPath } from "./openapi-operation.ts";

const CELL_FILTERS = [
  queryFilter("host", "Only cells of these hosts.", { type: "string" }),
  queryFilter(
    "status",
    "Only cells with one of these statuses; not_known for those of hosts that are not live.",
    {
      enum: [...Status.options, "not_known"],
    },
  ),
  LABEL_FILTER,
  queryFilter("known", "Only cells that are known, or not.", { enum: ["true", "false"] }),
];

const HOST_NAME = {
  name: "host",
  in: "path",
  required: true,
  description: "The host's name in the fleet.",
  schema: { type: "string" },
};

export const FLEET_PATHS = {
  "/v1/fleet": guardedPath({
    operationId: "fleet",
    summary: "With --fleet: all hosts, without their cells",
    parameters: [KNOWN_TAG],
    responses: {
      "200": describeResponse("The hosts.", jsonContent("FleetOverview"), { headers: ETAG_HEADER }),
      "304": { description: "What If-None-Match names is current.", headers: ETAG_HEADER },
      "503": NO_LOOK_RESPONSE,
    },
  }),
  "/v1/fleet/cells": guardedPath({
    operationId: "fleetCells",
    summary: "With --fleet: cells of all hosts, complete or filtered",
    parameters: CELL_FILTERS,
    responses: {
      "200": describeResponse("The cells.", jsonContent("FleetCells")),
      "400": describeError(
        "Unknown filter, or too many or too long values.",
        "bad_filter",
        "too_many_values",
        "too_long_value",
        "bad_request",
      ),
      "503": NO_LOOK_RESPONSE,
    },
  }),
  "/v1/fleet/hosts/{host}": guardedPath({
    operationId: "fleetHost",
    summary: "With --fleet: one host, and its last report; null if none could be read",
    parameters: [HOST_NAME],
    responses: {
      "200": describeResponse("The host.", jsonContent("FleetHostAnswer")),
      "404": describeError("The fleet has no such host.", "no_such_host"),
      "503": NO_LOOK_RESPONSE,
    },
  }),
};
