/**
 * Lines that are made printable together are those that are made printable one by one.
 */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { printableJson, printableJsonLines } from "../../lib/base/printable.ts";

/** Plain texts, and characters that are escaped, or only where a joiner does not belong. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "\u200c", "\u200d", "\u0628", "\u202e", "\n") }),
);

test("lines of JSON are escaped as each value alone is", () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(text, text)), (values) => {
      const alone = values.map((value) => `${printableJson(value)}\n`).join("");
      expect(printableJsonLines(values)).toBe(alone);
    }),
  );
  expect(printableJsonLines([{ a: "\u202e" }])).toBe('{"a":"\\u202e"}\n');
});
