/**
 * The documents as data: their code blocks, for the tests that run them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const BLOCK = /^```(\w+)\n([^]*?)^```/gm;

/** A fenced code block. */
export interface Block {
  readonly document: string;
  readonly language: string;
  readonly text: string;
}

/** Every document for people, as paths from the top level. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  "lib/README.md",
  "test/README.md",
  "test/promises/README.md",
  ...[...new Bun.Glob("lib/docs/*.md").scanSync(ROOT)].toSorted(),
];

export const textOf = (document: string): string => readFileSync(join(ROOT, document), "utf8");

/** Every code block with a language, in the order of the documents. */
export const BLOCKS: readonly Block[] = DOCUMENTS.flatMap((document) =>
  [...textOf(document).matchAll(BLOCK)].map(([, language = "", text = ""]) => ({
    document,
    language,
    text,
  })),
);

/**
 * The text of the one block of a language that contains `part`.
 *
 * @throws {Error} if no block contains it, or several do.
 */
export function documentBlock(language: string, part: string): string {
  const found = BLOCKS.filter((block) => block.language === language && block.text.includes(part));
  const [only, other] = found;
  if (only === undefined || other !== undefined)
    throw new Error(`${found.length} blocks of ${language} contain "${part}": expected one`);
  return only.text;
}

/**
 * The block with other places, addresses or ports in it.
 *
 * @throws {Error} if the block does not contain one of them.
 */
export function placed(text: string, places: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [from, to] of Object.entries(places)) {
    if (!result.includes(from)) throw new Error(`The documents no longer contain ${from}`);
    result = result.replaceAll(from, to);
  }
  return result;
}
