/**
 * What the README shows to be typed.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

/** The block of a language with `part` in it. */
export function readmeBlock(language: string, part: string): string {
  const blocks = [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))];
  const found = blocks.map(([, text = ""]) => text).find((text) => text.includes(part));
  if (found === undefined) throw new Error(`The README no longer shows ${part}`);
  return found;
}
