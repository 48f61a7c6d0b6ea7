/**
 * The hint of errors about a broken cell.
 *
 * @module
 */
import { commandPrefix } from "../../cli/called-as.ts";
import { placeFlags } from "../../cli/place-flags.ts";
import type { Cell } from "../cell.ts";

/** The command that explains a cell, with the root in use. */
export const explainHint = ({ root, id }: Cell): string =>
  `see its problems with: ${commandPrefix()}scan --explain ${id}${placeFlags({ root: root.path })}`;
