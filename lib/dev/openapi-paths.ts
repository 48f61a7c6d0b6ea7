/**
 * The paths of the HTTP endpoint for its OpenAPI document.
 *
 * @module
 */
import { FLEET_PATHS } from "./openapi-fleet.ts";
import { getAndHead, guardedPath, openPath } from "./openapi-operation.ts";
import { BEAT } from "./openapi-beat.ts";
import { ORDER } from "./openapi-orders.ts";
import { FILTERS, ID } from "./openapi-parameters.ts";
import {
  describeError,
  describeResponse,
  ETAG_HEADER,
  jsonContent,
  NO_SCAN_RESPONSE,
  NOTHING_YET_RESPONSE,
  RETRY_AFTER_HEADER,
  textContent,
} from "./openapi-parts.ts";

const HEALTH = jsonContent("Health", "application/health+json");
const PLAIN = textContent("text/plain");

/** Every path of the endpoint, with its methods. */
export const PATHS = {
  "/livez": openPath({
    operationId: "live",
    summary: "Whether the server responds and the rounds of its supervise are running",
    responses: {
      "200": describeResponse("It is live.", PLAIN),
      "503": describeResponse("The rounds have stopped.", PLAIN),
    },
  }),
  "/readyz": openPath({
    operationId: "ready",
    summary: "Whether the last scan, or look at the fleet, is fresh",
    responses: {
      "200": describeResponse("It is fresh.", PLAIN),
      "503": describeResponse("It is not fresh; the text gives the reason.", PLAIN),
    },
  }),
  "/health": getAndHead(
    {
      operationId: "health",
      summary: "The health document; if the endpoint has a token, only its status without one",
      responses: {
        "200": describeResponse("pass, or warn when a cell has a problem.", HEALTH),
        "503": describeResponse("fail: there is no fresh scan.", HEALTH),
      },
    },
    [{}, { token: [] }],
  ),
  "/v1/report": guardedPath({
    operationId: "report",
    summary: "The last report, complete or filtered",
    parameters: FILTERS,
    responses: {
      "200": describeResponse("The report.", jsonContent("Report"), { headers: ETAG_HEADER }),
      "304": { description: "The report named in If-None-Match is current.", headers: ETAG_HEADER },
      "400": describeError(
        "Unknown filter, or too many or too long values.",
        "bad_filter",
        "too_many_values",
        "too_long_value",
        "bad_request",
      ),
      "503": NO_SCAN_RESPONSE,
    },
  }),
  "/v1/cells/{id}": guardedPath({
    operationId: "cell",
    summary:
      "One cell, the rule behind its status, its changes since the start, newest first, and what is stored about it",
    parameters: [ID],
    responses: {
      "200": describeResponse("The cell.", jsonContent("CellAnswer")),
      "404": describeError("The last scan found no such cell.", "no_such_cell"),
      "503": NO_SCAN_RESPONSE,
    },
  }),
  "/v1/cells/{id}/heartbeat": { put: BEAT },
  "/v1/orders": { post: ORDER },
  "/v1/jobs": guardedPath({
    operationId: "jobs",
    summary: "The host's cron jobs and their health",
    responses: {
      "200": describeResponse("The jobs.", jsonContent("JobsReport")),
      "503": {
        ...describeError(
          "No scan has succeeded yet, or the last one could not check the jobs.",
          "no_scan",
          "no_jobs",
        ),
        headers: RETRY_AFTER_HEADER,
      },
    },
  }),
  "/v1/events": guardedPath({
    operationId: "events",
    summary: "A complete report, or the fleet, then changes, as server-sent events",
    responses: {
      "200": describeResponse(
        "Events: `report` (data: Report), `changes` (Changes), `bye` when the server stops or its token changes; a comment every few seconds. With --fleet: `fleet` (FleetDocument), `changes` (FleetChanges).",
        textContent("text/event-stream"),
      ),
      "503": {
        ...describeError("Too many event-stream clients.", "too_many_clients"),
        headers: RETRY_AFTER_HEADER,
      },
    },
  }),
  "/metrics": guardedPath({
    operationId: "metrics",
    summary: "The last report, or look at the fleet, as Prometheus metrics",
    responses: { "200": describeResponse("Metrics.", PLAIN), "503": NOTHING_YET_RESPONSE },
  }),
  ...FLEET_PATHS,
  "/openapi.json": openPath({
    operationId: "openapi",
    summary: "This document",
    responses: {
      "200": describeResponse("The document.", jsonContent("Document")),
    },
  }),
  "/": openPath({
    operationId: "page",
    summary: "The page for people",
    responses: { "200": describeResponse("The page.", textContent("text/html")) },
  }),
};
