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
type Reviver = (key: string, value: unknown, context: Context) => unknown;

/** What the engine offers and its types do not yet name. */
const exact = JSON as unknown as {
  readonly parse: (text: string, reviver: Reviver) => object;
  readonly rawJSON: (source: string) => unknown;
};

/** Parses an object so that it is written back as it was: also numbers that no double can hold. */
export const parseExactly = (text: string): object =>
  exact.parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? exact.rawJSON(source)
      : value,
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
