/**
 * The text of a contract file in, its value or what is wrong with it out.
 *
 * @module
 */
import * as v from "valibot";
import type { Reading } from "../schemas/facts.ts";
import { quoted } from "./printable.ts";

const FIRST_ISSUE = { abortEarly: true, abortPipeEarly: true } as const;

/** Reads `text` as JSON of one schema. Never repeats a JSON parser's own message: it quotes the file. */
export function parseContract<S extends v.GenericSchema>(
  text: string,
  schema: S,
): Reading<v.InferOutput<S>> {
  const json = parseJson(text);
  if (json.outcome !== "read") return json;
  const parsed = v.safeParse(schema, json.value, FIRST_ISSUE);
  if (parsed.success) return { outcome: "read", value: parsed.output };
  return { outcome: "malformed", why: describeIssue(parsed.issues[0]) };
}

function parseJson(text: string): Reading<object> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { outcome: "malformed", why: whyNotJson(text) };
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject
    ? { outcome: "read", value: value as object }
    : { outcome: "malformed", why: "it is not a JSON object" };
}

function whyNotJson(text: string): string {
  if (text.trim() === "") return "it is empty";
  return text.startsWith("\ufeff") ? "it starts with a byte order mark" : "it is not JSON";
}

/** What a schema found, by field and without the value. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const missing =
    issue.kind === "schema" && issue.received === "undefined" && issue.input === undefined;
  const ours = issue.message.startsWith("Expected");
  const text = missing
    ? "it is not there"
    : // Only what an operator sets is read by schemas that know all of its keys.
      issue.expected === "never"
      ? "there is no such setting"
      : ours
        ? issue.message
        : `Expected ${issue.expected ?? "something else"}`;
  return path === null ? text : `${quoted(path).slice(1, -1)}: ${text}`;
}
