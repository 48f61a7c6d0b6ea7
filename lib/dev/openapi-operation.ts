/**
 * Paths that are read, for the OpenAPI document.
 *
 * @module
 */
import type { Json } from "./openapi-health.ts";
import { COMMON_RESPONSES, UNAUTHORIZED_RESPONSE } from "./openapi-parts.ts";

interface GetOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Json[];
  readonly responses: Readonly<Record<string, Json>>;
}

/** GET of a path, and HEAD with the same responses without bodies. */
export const getAndHead = (operation: GetOperation, security: readonly Json[]): Json => ({
  get: {
    ...operation,
    responses: { ...COMMON_RESPONSES, ...operation.responses },
    security,
  },
  head: {
    ...operation,
    operationId: `${operation.operationId}Head`,
    responses: { default: { description: "The status and the headers of GET, without its body." } },
    security,
  },
});

export const openPath = (operation: GetOperation): Json => getAndHead(operation, []);
export const guardedPath = (operation: GetOperation): Json =>
  getAndHead(
    { ...operation, responses: { ...operation.responses, "401": UNAUTHORIZED_RESPONSE } },
    [{ token: [] }],
  );
