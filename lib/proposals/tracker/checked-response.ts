/**
 * Checking the tracker's responses against a schema.
 *
 * @module
 */
import * as v from "valibot";
import { describeIssue } from "../../contract/parse.ts";
import { OperatorError } from "../../base/errors.ts";

/** @throws {OperatorError} of kind `unavailable` when the response is not what the schema says. */
export function checked<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw new OperatorError(
    "unavailable",
    `Cannot use the tracker's response: ${describeIssue(parsed.issues[0])}`,
    "check that it is a current Gitea or Forgejo",
  );
}
