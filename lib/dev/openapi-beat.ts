/**
 * The path that receives heartbeats, for the OpenAPI document.
 *
 * @module
 */
import { ID } from "./openapi-parameters.ts";
import {
  COMMON_RESPONSES,
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
    "408": describeError("The beat did not arrive in time.", "too_slow"),
    "409": describeError(
      "The mission is paused or has ended, or its cell is broken.",
      "not_beating",
    ),
    "413": describeError("The beat is too large.", "too_large"),
    "415": describeError("The content type is not application/json.", "unsupported_media_type"),
    "422": describeError(
      "The beat is invalid; the message names the field.",
      "not_json",
      "malformed",
    ),
    "503": {
      ...describeError("The beat could not be written.", "try_again", "not_written"),
      headers: RETRY_AFTER_HEADER,
    },
  },
};
