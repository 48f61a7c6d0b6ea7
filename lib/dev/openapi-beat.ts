/**
 * The path that receives heartbeats, for the OpenAPI document.
 *
 * @module
 */
import { ID } from "./openapi-parameters.ts";
import {
  COMMON_RESPONSES,
  bodyResponses,
  describeError,
  describeResponse,
  jsonContent,
  RETRY_AFTER_HEADER,
  UNAUTHORIZED_RESPONSE,
} from "./openapi-parts.ts";

/** A heartbeat over HTTP: PUT /v1/cells/{id}/heartbeat. */
export const BEAT = {
  operationId: "beat",
  summary: "Beat for a cell whose agent cannot reach the disk",
  parameters: [ID],
  security: [{ cell: [] }, { token: [] }],
  requestBody: { required: true, content: jsonContent("Beat") },
  responses: {
    "200": describeResponse("The beat was written.", jsonContent("BeatTaken")),
    ...COMMON_RESPONSES,
    "401": { ...UNAUTHORIZED_RESPONSE, description: "The cell's token is missing or wrong." },
    "403": describeError(
      "The host name is not allowed, or the endpoint does not accept beats.",
      "foreign_host",
      "read_only",
    ),
    "404": describeError("No such cell.", "no_such_cell"),
    ...bodyResponses("beat"),
    "409": describeError(
      "The mission is paused or has ended, or its cell is broken.",
      "not_beating",
    ),
    "503": {
      ...describeError("The beat could not be written.", "try_again", "not_written"),
      headers: RETRY_AFTER_HEADER,
    },
  },
};
