/**
 * Rows of words as lines for a person, the columns below each other.
 *
 * @module
 */

/** A line for each row, of which all have as many columns; two spaces lie between them. */
export function linesOf(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths?.[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
