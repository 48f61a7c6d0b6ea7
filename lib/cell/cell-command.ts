/**
 * The commands that hints about cells tell a person to type.
 *
 * @module
 */
import { commandPrefix } from "../cli/called-as.ts";
import { placeFlags } from "../cli/place-flags.ts";
import type { Root } from "../host/files/directory.ts";
import type { Cell } from "./cell.ts";

/** `command` as it has to be typed here, with the root in use. */
export const commandUnder = (root: Root, command: string): string =>
  `${commandPrefix()}${command}${placeFlags({ root: root.path })}`;

/** The hint of errors about a broken cell: the command that explains it. */
export const explainHint = ({ root, id }: Cell): string =>
  `see its problems with: ${commandUnder(root, `scan --explain ${id}`)}`;
