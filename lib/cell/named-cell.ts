/**
 * Finding the one cell that a part of an id, or a title, names.
 *
 * @module
 */
import { valueOf } from "../contract/facts.ts";
import { OperatorError } from "../base/errors.ts";
import { printable, quoted, shortened } from "../base/printable.ts";
import { commandUnder } from "./cell-command.ts";
import { openRoot, type Root } from "../host/files/directory.ts";
import { canonicalId, isCanonicalId, isMissionId } from "../base/id.ts";
import { rootNames } from "./listing.ts";
import { observeCell } from "./observe.ts";

/** Whether a command only shows the cell: agents write titles, so nothing acts on a title. */
export type IdUse = "read" | "act";

/** At least four digits of an id, with or without its hyphens. */
const PART_OF_ID = /^(?=(?:-?[0-9a-f]){4})[0-9a-f-]{4,35}$/i;
/** How many matches an error lists, and how much of each title. */
const [LISTED, TITLE_LENGTH] = [8, 40];

/**
 * The id of the cell under `root` that `text` names: the beginning or the end of its id, of at least
 * four digits, or for reading its whole title, in any case.
 *
 * @throws {OperatorError} of kind `usage` when `text` names several cells, or can name none; of kind
 *   `no_input` when it is part of an id, and there is no such cell.
 */
export function findNamedCell(root: Root, text: string, use: IdUse): string {
  const ids = rootNames(root).filter(isCanonicalId);
  const isPart = PART_OF_ID.test(text);
  const byId = isPart ? ids.filter((id) => hasEnd(id, text.toLowerCase())) : [];
  const found = byId.length > 0 || use === "act" ? byId : idsWithTitle(root, ids, text);
  const [only, ...others] = found;
  if (only === undefined) throw isPart ? noSuchPart(root, text) : noSuchName(root, text, use);
  if (others.length > 0) throw severalCells(root, text, found);
  return only;
}

/**
 * The ids that each of `names` means, to show the cells under the root at `path`.
 *
 * @throws {OperatorError} like `findNamedCell`.
 */
export function findNamedCells(path: string, names: readonly string[]): string[] {
  const root = openRoot(path);
  return names.map((name) =>
    isMissionId(name) ? canonicalId(name) : findNamedCell(root, name, "read"),
  );
}

const hasEnd = (id: string, part: string): boolean =>
  [id, id.replaceAll("-", "")].some((each) => each.startsWith(part) || each.endsWith(part));

const titleOf = (root: Root, id: string): string =>
  valueOf(observeCell(root, id).mission)?.title?.trim() ?? "";

function idsWithTitle(root: Root, ids: readonly string[], text: string): string[] {
  const wanted = text.trim().toLowerCase();
  return ids.filter((id) => titleOf(root, id).toLowerCase() === wanted);
}

const noSuchPart = (root: Root, part: string): OperatorError =>
  new OperatorError(
    "no_input",
    `Cannot find ${quoted(part)}: no id of a cell under ${quoted(root.path)} begins or ends with it`,
    `list the cells with: ${commandUnder(root, "scan")}`,
  );

function noSuchName(root: Root, text: string, use: IdUse): OperatorError {
  const why =
    use === "read"
      ? `it is not a UUID, nor part of one, nor the title of a cell under ${quoted(root.path)}`
      : "to change a cell, it must be a UUID, or the beginning or end of one, of at least 4 digits";
  return new OperatorError(
    "usage",
    `Cannot use ${quoted(text)} as a mission id: ${why}`,
    `give an id, or its last digits, as listed by: ${commandUnder(root, "scan")}`,
  );
}

function severalCells(root: Root, text: string, ids: readonly string[]): OperatorError {
  const listed = ids.slice(0, LISTED).map((id) => {
    const title = printable(shortened(titleOf(root, id), TITLE_LENGTH));
    return title === "" ? id : `${id} (${title})`;
  });
  const more = ids.length > LISTED ? `, and ${ids.length - LISTED} more` : "";
  return new OperatorError(
    "usage",
    `Cannot tell which cell ${quoted(text)} means: ${ids.length} match it: ${listed.join(", ")}${more}`,
    "give more digits; the last ones differ most",
  );
}
