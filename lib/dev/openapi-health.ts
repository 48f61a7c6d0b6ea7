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

/** The schema of `/health`, with that of a timestamp. */
export function healthSchema(timestamp: Json): Json {
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
    },
    "version",
    "output",
    "checks",
  );
}
