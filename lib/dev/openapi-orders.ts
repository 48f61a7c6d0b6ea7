/**
 * The path that receives an operator's orders, for the OpenAPI document.
 *
 * @module
 */
import {
  COMMON_RESPONSES,
  bodyResponses,
  describeError,
  describeResponse,
  jsonContent,
  RETRY_AFTER_HEADER,
  UNAUTHORIZED_RESPONSE,
} from "./openapi-parts.ts";

/** An order over HTTP: POST /v1/orders. */
export const ORDER = {
  operationId: "order",
  summary: "Hold or resume all revivals; snooze, quarantine or release a mission",
  security: [{ operator: [] }],
  requestBody: { required: true, content: jsonContent("RequestedOrder") },
  responses: {
    "200": describeResponse("The order is in effect.", jsonContent("OrderTaken")),
    ...COMMON_RESPONSES,
    "401": { ...UNAUTHORIZED_RESPONSE, description: "The operator's token is missing or wrong." },
    "403": describeError(
      "The endpoint takes no orders, or not from this page or host name, or may not write them.",
      "no_orders",
      "foreign_page",
      "foreign_host",
      "no_permission",
    ),
    "404": describeError("No such cell.", "no_such_cell"),
    ...bodyResponses("order"),
    "409": describeError("Its orders cannot be read, or all roots are held.", "not_given"),
    "503": {
      ...describeError(
        "It was not given (`try_again`, with Retry-After); or could not be written, or that is not known.",
        "try_again",
        "not_written",
      ),
      headers: RETRY_AFTER_HEADER,
    },
  },
};
