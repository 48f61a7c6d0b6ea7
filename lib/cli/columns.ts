/**
 * Text tables.
 *
 * @module
 */

/** One line per row, columns aligned and two spaces apart; a wide character takes two. All rows have the same length. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  // Not Math.max(...rows): a million arguments are too many for the stack.
  const widths = rows[0]?.map((_, at) =>
    rows.reduce((most, row) => Math.max(most, Bun.stringWidth(row[at] ?? "")), 0),
  );
  return rows.map((row) =>
    row
      .map((text, at) => text + " ".repeat((widths?.[at] ?? 0) - Bun.stringWidth(text)))
      .join("  ")
      .trimEnd(),
  );
}
