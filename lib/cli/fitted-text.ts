/**
 * Text cut and padded to a number of terminal columns.
 *
 * @module
 */

/** `text` in exactly `width` columns. */
export const fitted = (text: string, width: number): string => {
  const short = cut(text, width);
  return short + " ".repeat(Math.max(0, width - Bun.stringWidth(short)));
};

/** `text` cut to at most `width` columns, with `…` at the cut. */
export function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let short = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Bun.stringWidth(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}
