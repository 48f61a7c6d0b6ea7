/**
 * Builds the pages as they are served: config/page.html from lib/http/page/, config/fleet-page.html
 * from lib/http/fleet-page/: `npm run page`.
 *
 * The result is kept in the repository, so that a checkout, the executables and the handler for
 * Node all serve the same bytes, and none of them needs a bundler when it starts.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
/** The pages, by the names of their files and of their sources' folders. */
export const PAGES = ["page", "fleet-page"] as const;
export type PageName = (typeof PAGES)[number];
const sourceOf = (name: PageName) => join(ROOT, "lib/http", name);
/** The built page. */
const fileOf = (name: PageName) => join(ROOT, "config", `${name}.html`);

/** The style of both pages, which comes first. */
const SHARED_STYLE = join(sourceOf("page"), "shared.css");
const STYLE = '<link rel="stylesheet" href="page.css" />';
const SCRIPT = '<script src="page.ts"></script>';

/**
 * The page in one file: page.html with its styles and the bundle of page.ts in it.
 *
 * @throws {Error} when the script does not compile, or a part does not fit into the markup.
 */
export async function pageText(name: PageName = "page"): Promise<string> {
  const markup = withoutComments(readFileSync(join(sourceOf(name), "page.html"), "utf8"));
  const style = [SHARED_STYLE, join(sourceOf(name), "page.css")]
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  const styled = embed(markup, STYLE, "style", style.replace(/\/\*[^]*?\*\/\n?/g, ""));
  return withoutIndent(embed(styled, SCRIPT, "script", await scriptText(name)));
}

/** Drops the comments of the markup, which are for readers of the source. */
const withoutComments = (markup: string): string => markup.replace(/<!--[^]*?-->\n?/g, "");

/** Drops the indentation, a tenth of the bytes. No text in the page's source begins a line with spaces. */
const withoutIndent = (text: string): string => text.replace(/^ +/gm, "");

/**
 * The script with all that it imports, without comments, types and white space. It names its modules
 * relative to the working directory, so that is always the repository.
 */
async function scriptText(name: PageName): Promise<string> {
  const flags = [
    "--target=browser",
    "--format=iife",
    "--minify-syntax",
    "--minify-whitespace",
    '--banner="use strict";',
  ];
  const argv = [process.execPath, "build", ...flags, `lib/http/${name}/page.ts`];
  const child = Bun.spawn(argv, { cwd: ROOT, stdout: "pipe", stderr: "pipe" });
  const [text, errors, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`bun build of the page ended with ${code}: ${errors}`);
  return text;
}

/** Replaces a reference in the markup by an element that holds the text. */
function embed(markup: string, reference: string, tag: string, text: string): string {
  const [before, after, ...others] = markup.split(reference);
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`page.html does not hold ${reference} exactly once`);
  if (text.includes(`</${tag}`) || text.includes("<!--"))
    throw new Error(`The ${tag} of the page holds a text that would end it`);
  return `${before}<${tag}>\n${text.trim()}\n</${tag}>${after}`;
}

/** Writes the pages that are not up to date. */
export async function writePages(): Promise<void> {
  for (const name of PAGES) {
    const text = await pageText(name);
    const file = fileOf(name);
    if (!existsSync(file) || text !== readFileSync(file, "utf8")) writeFileSync(file, text);
  }
}

if (import.meta.main) await writePages();
