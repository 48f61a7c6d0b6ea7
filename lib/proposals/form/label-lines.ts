/**
 * The labels of a proposal, one `name=value` a line.
 *
 * @module
 */
import { quotedExactly } from "../../base/printable.ts";

/** The names and values of all lines, whether they are valid or not. */
export const pairsOf = (text: string): [string, string][] =>
  text.split("\n").map((line) => {
    const [name = "", ...value] = line.split("=");
    return [name, value.join("=")];
  });

export const isLabelName = (name: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._/-]{0,49}$/.test(name);

export const isLabelValue = (value: string): boolean =>
  /^[^\n\t`]{1,80}$/.test(value) && value.trim() === value;

const NAME = "a name has at most 50 letters, digits, dots, dashes, slashes and underscores";
const VALUE = "a value has 1 to 80 characters, without tabs, ` and white space around it";

/** What is wrong with the first invalid line; undefined if all are valid. */
export function labelFlawOf(text: string): string | undefined {
  const pairs = pairsOf(text);
  const lines = text.split("\n");
  const names = pairs.map(([name]) => name);
  for (const [at, [name, value]] of pairs.entries()) {
    const where = `line ${at + 1}, ${quotedExactly(lines[at] ?? "")},`;
    if (lines[at] === "") return `line ${at + 1} is empty`;
    if (!lines[at]?.includes("=")) return `${where} is not name=value`;
    if (!isLabelName(name)) return `${where} has no valid name: ${NAME}`;
    if (!isLabelValue(value)) return `${where} has no valid value: ${VALUE}`;
    if (names.indexOf(name) < at) return `${where} repeats a name`;
  }
  return undefined;
}
