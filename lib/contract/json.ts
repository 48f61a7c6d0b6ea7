/**
 * The text of the JSON files of a cell: writing it, and reading it without changing a number.
 *
 * @module
 */
import { FILE_LIMIT } from "./cell.ts";
import { indentedJson } from "../base/indented-json.ts";
import { parseObject } from "./parse.ts";

/** The depth of the deepest known field of a contract file, such as a label. */
export const INDENTED_LEVELS = 2;

/**
 * The text of a contract file: indented to `levels` if that fits within `FILE_LIMIT`, else on one
 * line; undefined if even that is too large.
 */
export function contractText(value: unknown, levels = INDENTED_LEVELS): string | undefined {
  const texts = [indentedJson(value, levels), JSON.stringify(value)];
  return texts.map((text) => `${text}\n`).find(isWithinLimit);
}

const isWithinLimit = (text: string): boolean =>
  new TextEncoder().encode(text).length <= FILE_LIMIT;

interface Context {
  readonly source?: string;
}
type Reviver = (key: string, value: unknown, context?: Context) => unknown;

/** `JSON` with source text access, which TypeScript's types lack. */
const JSON_WITH_SOURCE = JSON as unknown as {
  readonly parse: (text: string, reviver: Reviver) => object;
  readonly rawJSON: (source: string) => unknown;
};

/** False in Node 20, whose reviver does not get the source text of a number. */
const HAS_RAW_JSON = "rawJSON" in JSON;

/**
 * Parses an object so that stringifying it keeps every number as it was spelled, even those
 * that no double can hold. Undefined if `text` is not an object that `parseObject` accepts, or
 * if it contains such a number and the engine cannot keep it.
 */
export function parseLossless(text: string): object | undefined {
  if (parseObject(text).outcome !== "read") return undefined;
  if (!HAS_RAW_JSON && !hasPlainNumbers(text)) return undefined;
  return JSON_WITH_SOURCE.parse(text, (_, value, context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && String(value) !== source
      ? JSON_WITH_SOURCE.rawJSON(source)
      : value;
  });
}

/** True if stringifying the numbers of a JSON text would not change their spelling. */
const hasPlainNumbers = (text: string): boolean =>
  (text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? []).every(
    (number) => String(Number(number)) === number,
  );
