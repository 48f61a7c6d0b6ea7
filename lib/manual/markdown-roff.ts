/**
 * The documents' Markdown as roff: headings, paragraphs, lists, tables and blocks of code.
 *
 * @module
 */
import { sectionLine, termLines, textLines, verbatimLines } from "./roff.ts";

/** The body of a page from a document; its first heading becomes the first section. */
export const roffOfMarkdown = (markdown: string): string[] =>
  blocksOf(markdown)
    .flatMap((block) => blockLines(block))
    // A section starts a paragraph of its own.
    .filter((line, at, lines) => line !== ".PP" || lines[at - 1]?.startsWith(".SH ") !== true);

/** Blocks between blank lines; a block of code is one, also with blank lines in it. */
function blocksOf(markdown: string): string[] {
  const parts = markdown.split(/^(```[^\n]*\n[^]*?\n```)$/m);
  return parts
    .flatMap((part) =>
      part.startsWith("```") ? [part] : part.split(/\n\n+/).map((each) => each.trim()),
    )
    .filter((each) => each !== "");
}

function blockLines(block: string): string[] {
  if (block.startsWith("```"))
    return [".PP", ...verbatimLines(block.replace(/^```.*\n/, "").replace(/\n```$/, ""))];
  const [first = "", ...rest] = block.split("\n");
  if (first.startsWith("#"))
    return [
      sectionLine(first.replace(/^#+ /, "")),
      ...(rest.length === 0 ? [] : blockLines(rest.join("\n"))),
    ];
  if (first.startsWith("|")) return tableLines([first, ...rest]);
  const items = block.split(/\n(?=(?:-|\d+\.) )/);
  if (/^(?:-|\d+\.) /.test(first)) return items.flatMap(itemLines);
  return [".PP", ...textLines(block)];
}

const itemLines = (item: string): string[] => [
  item.startsWith("-") ? ".IP \\(bu 2" : `.IP ${item.split(" ")[0] ?? ""} 4`,
  ...textLines(item.replace(/^\S+ /, "")),
];

/** Each row as a term with its other columns below; the heading and the rule have no content. */
const tableLines = (rows: readonly string[]): string[] =>
  rows.slice(2).flatMap((row) => {
    const [term = "", ...others] = row
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((each) => each.trim());
    return termLines(term.replaceAll("`", ""), others.filter((each) => each !== "").join("; "));
  });
