/**
 * Finding the one cell that a part of an id, or a title, names.
 *
 * @module
 */
import { valueOf } from "../contract/facts.ts";
import { OperatorError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { severalCells } from "../cli/several-cells.ts";
import { commandUnder } from "./cell-command.ts";
import { openRoot, type Root } from "../host/files/directory.ts";
import { syscalls } from "../host/syscalls/plan.ts";
import { canonicalId, isCanonicalId, isMissionId } from "../base/id.ts";
import { hasIdPart, type IdUse, isPartOfId, isTitle } from "../base/id-part.ts";
import { rootNames } from "./listing.ts";
import { observeCell } from "./observe.ts";

/**
 * The id of the cell under `root` that `text` names: the beginning or the end of its id, of at least
 * four digits, or for reading its whole title, in any case.
 *
 * @throws {OperatorError} of kind `usage` when `text` names several cells, or can name none; of kind
 *   `no_input` when it is part of an id, and there is no such cell.
 */
export function findNamedCell(root: Root, text: string, use: IdUse): string {
  const ids = rootNames(root).filter(isCanonicalId);
  const isPart = isPartOfId(text);
  const byId = isPart ? ids.filter((id) => hasIdPart(id, text)) : [];
  const found = byId.length > 0 || use === "act" ? byId : idsWithTitle(root, ids, text);
  const [only, ...others] = found;
  if (only === undefined) throw isPart ? noSuchPart(root, text) : noSuchName(root, text, use);
  if (others.length > 0) throw severalCells(text, found, (id) => titleOf(root, id));
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

const titleOf = (root: Root, id: string): string =>
  valueOf(observeCell(root, id, syscalls()).mission)?.title?.trim() ?? "";

const idsWithTitle = (root: Root, ids: readonly string[], text: string): string[] =>
  ids.filter((id) => isTitle(text, titleOf(root, id)));

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
