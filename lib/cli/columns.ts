/**
 * Text tables.
 *
 * @module
 */

/** One line per row, columns aligned and two spaces apart; a wide character takes two. All rows have the same length. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) =>
    Math.max(...rows.map((row) => Bun.stringWidth(row[at] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((text, at) => text + " ".repeat((widths?.[at] ?? 0) - Bun.stringWidth(text)))
      .join("  ")
      .trimEnd(),
  );
}
