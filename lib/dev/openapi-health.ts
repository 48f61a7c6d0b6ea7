/**
 * The schema of the health document, for the OpenAPI document, and what builds such schemas.
 *
 * @module
 */
export type Json = Readonly<Record<string, unknown>>;

export const object = (properties: Json, ...optional: string[]): Json => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
export const list = (items: Json): Json => ({ type: "array", items });

/** The schema of `/health`, with those of a timestamp and of a fleet's counts. */
export function healthSchema(timestamp: Json, fleet: Json): Json {
  const CHECK = object(
    {
      componentType: { const: "component" },
      observedValue: { type: ["number", "null"] },
      observedUnit: { enum: ["s", "cells"] },
      status: { enum: ["pass", "warn", "fail"] },
      time: timestamp,
    },
    "time",
  );

  return object(
    {
      status: { enum: ["pass", "warn", "fail"] },
      ok: { type: "boolean" },
      version: { type: "string" },
      output: { type: "string" },
      checks: { type: "object", additionalProperties: list(CHECK) },
      ...fleet,
    },
    "version",
    "output",
    "checks",
    ...Object.keys(fleet),
  );
}
