import { expect, test } from "bun:test";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { tokensOf } from "../../lib/cli/tokens.ts";

const OPTIONS = {
  root: { type: "string", multiple: true },
  json: { type: "boolean", multiple: true },
} as const;

/** What parseArgs makes of a command line, without what tokensOf leaves out. */
const byNode = (args: string[]) =>
  parseArgs({ args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true })
    .tokens.filter(({ kind }) => kind !== "option-terminator")
    .map((token) => JSON.stringify({ ...token, inlineValue: undefined, index: undefined }));

const ours = (args: string[]) =>
  tokensOf(args, (name) => name === "root").map((token) =>
    JSON.stringify({ ...token, isInline: undefined }),
  );

/** Cuts after the first short option: no command has short options, so the first one ends with an error. */
const untilShort = (tokens: string[]): string[] => {
  const first = tokens.findIndex(
    (token) => token.includes('"rawName":"-') && !token.includes('"--'),
  );
  return first < 0 ? tokens : tokens.slice(0, first + 1);
};

const piece = fc.constantFrom(
  "-",
  "--",
  "=",
  "root",
  "json",
  "x",
  "",
  " ",
  "no-json",
  "é",
  "\u202e",
);
const word = fc
  .array(piece, { maxLength: 4 })
  .map((pieces) => pieces.join(""))
  // The two disagree about the name of `--=x`, which is an unknown option for both.
  .filter((text) => !text.startsWith("--="));

test("a command line has the tokens that parseArgs of node:util finds", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (args) => {
      const [own, node] = [ours(args), byNode(args)].map((tokens) =>
        untilShort(tokens).map((token) => JSON.parse(token) as object),
      );
      expect(own).toEqual(node ?? []);
    }),
    { numRuns: 5000 },
  );
});
