/**
 * JSON as we write it into a cell.
 *
 * @module
 */
import { FILE_LIMIT } from "../schemas/cell.ts";

/**
 * The text of a contract file: indented for people where that fits into what is read of
 * such a file, else on one line; undefined when even that is too large.
 */
export function contractText(value: unknown): string | undefined {
  const texts = [JSON.stringify(value, null, 2), JSON.stringify(value)].map((text) => `${text}\n`);
  return texts.find((text) => new TextEncoder().encode(text).length <= FILE_LIMIT);
}

interface Context {
  readonly source?: string;
}
type Reviver = (key: string, value: unknown, context?: Context) => unknown;

/** What the engine offers and its types do not yet name. */
const exact = JSON as unknown as {
  readonly parse: (text: string, reviver: Reviver) => object;
  readonly rawJSON: (source: string) => unknown;
};

/** False in Node 20, which does not tell how a number was spelled. */
const TELLS_SPELLING = "rawJSON" in JSON;

/**
 * Parses an object so that it is written back as it was: also numbers that no double can hold.
 *
 * @throws {RangeError} for such a number, where the engine does not tell how it was spelled.
 */
export function parseExactly(text: string): object {
  if (!TELLS_SPELLING && !hasPlainNumbers(text)) throw new RangeError("A number would be rounded");
  return exact.parse(text, (_, value, context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && String(value) !== source
      ? exact.rawJSON(source)
      : value;
  });
}

/** True when each number in a JSON text is spelled as it would be written. */
const hasPlainNumbers = (text: string): boolean =>
  (text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? []).every(
    (number) => String(Number(number)) === number,
  );

/** What `make` makes; undefined when the value is nested too deeply for this engine's stack. */
export function unlessTooDeep<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
