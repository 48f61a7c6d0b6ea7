/**
 * Parses the query of a request within limits, so that repeated values do not multiply the work.
 *
 * @module
 */

/** Values per parameter, repetitions counted. */
export const MAX_VALUES = 16;
/** In UTF-16 code units; a label with its name needs 201. */
export const MAX_VALUE_LENGTH = 256;

/** The parameters of a path, by name, each with the separator of a list of values. */
export type QueryParameters = Readonly<Record<string, { readonly separator?: string }>>;

/** The distinct values of each parameter, in order of appearance; empty for a missing parameter. */
export type Query = ReadonlyMap<string, readonly string[]>;

/** Why a query is rejected. */
export type QueryFault = "unknown_parameter" | "too_many_values" | "too_long_value";

/**
 * Parses the part of a URL after `?`. Returns a fault if it names a parameter that is not among
 * `parameters`, or exceeds the limits; text beyond them is not decoded.
 */
export function parseQuery(text: string, parameters: QueryParameters): Query | QueryFault {
  const maxPairs = MAX_VALUES * Object.keys(parameters).length;
  if (text.split("&", maxPairs + 1).length > maxPairs) return "too_many_values";
  const found = new Map(Object.keys(parameters).map((name): [string, string[]] => [name, []]));
  for (const [name, value] of new URLSearchParams(text)) {
    const values = found.get(name);
    if (values === undefined) return "unknown_parameter";
    const more = splitValues(value, parameters[name]?.separator);
    if (values.length + more.length > MAX_VALUES) return "too_many_values";
    if (more.some((each) => each.length > MAX_VALUE_LENGTH)) return "too_long_value";
    values.push(...more);
  }
  return new Map([...found].map(([name, values]) => [name, [...new Set(values)]]));
}

const splitValues = (value: string, separator: string | undefined): string[] =>
  separator === undefined ? [value] : value.split(separator, MAX_VALUES + 1);
