/**
 * Reading the flags of scan's table.
 *
 * @module
 */
import { quoted } from "../base/printable.ts";
import { type Flags, textFlag } from "../cli/flag-values.ts";
import { withGuess } from "../cli/did-you-mean.ts";
import { cannotUse } from "../cli/usage-error.ts";
import { readDuration } from "../cli/value-flags.ts";
import type { TableFlag, TableOptions } from "./table-options.ts";
import { type TableColumn, TABLE_COLUMN_NAMES } from "./table-columns.ts";

const [DEFAULT_WATCH_SECONDS, DAY_SECONDS] = [2, 86_400];

/**
 * Reads the flags of the table.
 *
 * @throws {OperatorError} of kind `usage` when a column or a time is wrong.
 */
export function readTableOptions(flags: Flags<TableFlag>): TableOptions {
  const [columns, sort] = [textFlag(flags, "columns"), textFlag(flags, "sort")];
  if (flags["quiet"] === true && columns !== undefined)
    throw cannotUse("--columns together with --quiet", "give one of them");
  return {
    isWide: flags["wide"] === true,
    isQuiet: flags["quiet"] === true,
    hasHeader: flags["no-header"] !== true,
    columns: columns?.split(",").map((word) => readColumn("columns", word)),
    sort: sort === undefined ? undefined : readSort(sort),
    watchSeconds: readWatch(textFlag(flags, "watch")),
  };
}

/** `age` sorts by age, the oldest first; `-age` the other way. */
const readSort = (text: string): TableOptions["sort"] => ({
  column: readColumn("sort", text.replace(/^-/, "")),
  isReversed: text.startsWith("-"),
});

function readColumn(flag: TableFlag, word: string): TableColumn {
  const name = TABLE_COLUMN_NAMES.find((each) => each === word);
  if (name !== undefined) return name;
  const all = `the columns are: ${TABLE_COLUMN_NAMES.join(", ")}`;
  throw cannotUse(`${quoted(word)} for --${flag}`, withGuess(all, word, TABLE_COLUMN_NAMES));
}

function readWatch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "") return DEFAULT_WATCH_SECONDS;
  const seconds = readDuration("watch", text);
  if (seconds >= 1 && seconds <= DAY_SECONDS) return seconds;
  throw cannotUse(`${quoted(text)} for --watch: Expected 1s to 1d`);
}
