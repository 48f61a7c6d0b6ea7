/** The changelog can be read by a user: entries are short, and each is under a conventional heading. */
import { describe, expect, test } from "bun:test";
import { textOf } from "../tools/documents.ts";

const HEADINGS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
const MAX_LINES = 4;
const MAX_CHARACTERS = 150;

const text = textOf("CHANGELOG.md");
/** The text of each version, from its heading on. */
const versions = text.split(/^(?=## )/m).slice(1);
/** An entry with its lines of continuation. */
const ENTRY = /^- .*(?:\n {2}.*)*/gm;

describe.each(versions.map((version) => [version.split("\n")[0] ?? "", version] as const))(
  "CHANGELOG.md, %s",
  (_, version) => {
    const kinds = [...version.matchAll(/^### (.+)$/gm)].map(([, kind = ""]) => kind);

    test("has the conventional headings, each once and in their order", () => {
      expect(kinds.length).toBeGreaterThan(0);
      expect(kinds).toEqual(HEADINGS.filter((heading) => kinds.includes(heading)));
    });

    test("has no entry before its first heading", () => {
      expect(version.split(/^### /m)[0]?.match(ENTRY) ?? []).toEqual([]);
    });

    test(`has entries of at most ${MAX_LINES} lines`, () => {
      const entries: string[] = version.match(ENTRY) ?? [];
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.filter((entry) => entry.split("\n").length > MAX_LINES)).toEqual([]);
    });
  },
);

test(`CHANGELOG.md has lines of at most ${MAX_CHARACTERS} characters`, () => {
  expect(text.split("\n").filter((line) => line.length > MAX_CHARACTERS)).toEqual([]);
});
