/**
 * Parses the text of a contract file into its value, or into what is wrong with it.
 *
 * @module
 */
import * as v from "valibot";
import type { Reading } from "./facts.ts";
import { quoted } from "../base/printable.ts";
import { parseUntrusted } from "../base/untrusted-json.ts";

const FIRST_ISSUE = { abortEarly: true, abortPipeEarly: true } as const;

/**
 * Parses `text` as JSON of one schema. A value that `isPlain` accepts is not checked by the schema:
 * see plain.ts.
 */
export function parseContract<S extends v.GenericSchema>(
  text: string,
  schema: S,
  isPlain: (value: object) => boolean = () => false,
): Reading<v.InferOutput<S>> {
  const json = parseObject(text);
  if (json.outcome !== "read") return json;
  if (isPlain(json.value)) return json;
  const parsed = v.safeParse(schema, json.value, FIRST_ISSUE);
  if (parsed.success) return { outcome: "read", value: parsed.output };
  return { outcome: "malformed", why: describeIssue(parsed.issues[0]) };
}

/** Parses `text` as an object. */
export function parseObject(text: string): Reading<object> {
  const json = parseUntrusted(text);
  if (json.outcome !== "read") return json;
  const { value } = json;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject
    ? { outcome: "read", value }
    : { outcome: "malformed", why: "it is not a JSON object" };
}

/** Describes a schema's issue: the field and what was expected, never the value. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const field = wrongField(issue);
  if (path !== null && field !== undefined)
    return `${quoted(path).slice(1, -1)}.${describeIssue(field)}`;
  const missing = isMissing(issue);
  const isOwn = issue.message.startsWith("Expected");
  const text = missing
    ? "it is missing"
    : // Only the schemas of settings reject unknown keys.
      issue.expected === "never"
      ? "there is no such setting"
      : isOwn
        ? issue.message
        : `Expected ${issue.expected ?? "something else"}`;
  return path === null ? text : `${quoted(path).slice(1, -1)}: ${text}`;
}

const isMissing = ({ kind, received, input }: v.BaseIssue<unknown>): boolean =>
  kind === "schema" && received === "undefined" && input === undefined;

/** The field that makes an object none of several kinds: the first that one of them has, and is wrong. */
function wrongField({ type, issues }: v.BaseIssue<unknown>): v.BaseIssue<unknown> | undefined {
  if (type !== "union") return undefined;
  return issues?.find(
    (issue) => !isMissing(issue) && issue.expected !== "never" && v.getDotPath(issue) !== null,
  );
}
