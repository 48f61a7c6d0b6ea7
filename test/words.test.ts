/**
 * Plain words: comments, messages and documents avoid the turns of phrase that readers stumbled
 * over, and names avoid words that only their author understands.
 */
import { expect, test } from "bun:test";
import { basename } from "node:path";
import { DOCUMENTS, textOf } from "./tools/documents.ts";
import { FILES, source } from "./tools/house.ts";

/** Turns of phrase, each with what to write instead. */
const TURNS: readonly (readonly [RegExp, string])[] = [
  [
    /(?<!\b[Tt]here )\b(?:is|are|was|were) no (?!longer\b|more\b|better\b|other\b)/,
    "is not a …, or: no … is",
  ],
  [/\b[Ss]o (?:many|much)\b/, "this many, or a number"],
  [/\bas (?:many|much|long) as may be\b/, "a limit with its number"],
  [/\bhow many (?:may|can)\b/, "the most …"],
  [/\b[Ww]hoever\b/, "the process, user or caller that …"],
  [/\bof ours\b/, "our …, or the name of the thing"],
  [/(?:^|[.:;] |\* |\/\/ )Who [a-z]+ (?!is\b|are\b|may\b)/m, "The process, user or caller that …"],
  [/\b(?:can|may|could) be no \w/, "cannot be a …"],
  [/\bmany an? \w/, "many …"],
  [/\bin vain\b/, "without success, or what was met"],
  [/\b[Mm]end(?:s|ed)?\b/, "fix, repair or correct"],
  [/\b(?:for ever|in spite of)\b/, "forever; despite, or regardless of"],
  [/\b(?:hence|lest|nought|thereof|thrice|upon|wherein|whereupon)\b/, "plain present-day English"],
];
/** Words that said something to their author alone, as parts of file names and exported names. */
const PRIVATE = [
  "aside", "beside", "belief", "heir", "ears", "heard", "glance", "reage", "remark", "tracks",
  "trouble", "troubles", "notices", "standing", "anyway", "amounts", "wellness", "told", "news",
  "anew", "strangers",
]; // prettier-ignore
const EXPORTED = /^export (?:async )?(?:const|function\*?|class|type|interface) (\w+)/gm;

/** What a file says in words: its comments and its strings. */
function wordsOf(file: string): string {
  const text = source(file);
  const comments = text.match(/\/\*[^]*?\*\/|(?<!:)\/\/.*$/gm) ?? [];
  const strings = text.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
  // A sentence goes on over the lines of a comment.
  return [...comments, ...strings].join("\n").replace(/\n\s*\* ?/g, " ");
}

const stumbles = (words: string): string[] =>
  TURNS.flatMap(([turn, better]) => {
    const met = turn.exec(words);
    return met === null
      ? []
      : [`"${words.slice(Math.max(0, met.index - 30), met.index + 50)}": ${better}`];
  });

test.each(FILES)("%s uses plain words", (file) => {
  expect(stumbles(wordsOf(file))).toEqual([]);
});

test.each([...DOCUMENTS, "CHANGELOG.md"])("%s uses plain words", (document) => {
  expect(stumbles(textOf(document))).toEqual([]);
});

const parts = (name: string): string[] =>
  name.split(/(?=[A-Z])|[-_]/).map((part) => part.toLowerCase());

test("no name is a word that only its author understands", () => {
  const names = FILES.flatMap((file) => [
    basename(file, ".ts"),
    ...[...source(file).matchAll(EXPORTED)].map(([, name = ""]) => name),
  ]);
  expect(names.filter((name) => parts(name).some((part) => PRIVATE.includes(part)))).toEqual([]);
});

test.each([
  ["it is no file", 1],
  ["there is no file", 0],
  ["the file is no longer there", 0],
  ["Who reads it waits", 1],
  ["the user who reads it waits", 0],
  ["so many seconds", 1],
  ["a handler can be no script", 1],
  ["it can be none of these", 0],
  ["longer than many a command", 1],
  ["mend the file", 1],
  ["amend the file", 0],
])("finds a turn of phrase in %s: %d", (words, count) => {
  expect(stumbles(words)).toHaveLength(count);
});
