/**
 * Indented JSON of bounded size, also for untrusted values.
 *
 * @module
 */

/**
 * `value` as `JSON.stringify(value, null, 2)` writes it, except that everything nested deeper
 * than `levels` stays on one line. Full indentation grows with the square of the depth, which
 * the author of an untrusted value controls.
 */
export function indentedJson(value: unknown, levels: number, line = "\n"): string {
  if (levels === 0 || !isContainer(value)) return JSON.stringify(value);
  const next = `${line}  `;
  const inner = (part: unknown) => indentedJson(part, levels - 1, next);
  const parts = Array.isArray(value)
    ? value.map((part: unknown) => inner(part ?? null))
    : membersOf(value).map(([name, part]) => `${JSON.stringify(name)}: ${inner(part)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return parts.length === 0
    ? `${open}${close}`
    : `${open}${next}${parts.join(`,${next}`)}${line}${close}`;
}

/** True for a list or a plain object, but not for an engine's raw JSON number. */
const isContainer = (value: unknown): value is object =>
  Array.isArray(value) ||
  (typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype);

const membersOf = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, part]) => part !== undefined);
