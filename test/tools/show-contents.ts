/**
 * Prints the contents of a cell as JSON, as the endpoint reads them. Its arguments are the root and the
 * mission's id.
 *
 * @module
 */
import { readCellContents } from "../../lib/cell/cell-contents.ts";
import { openRoot } from "../../lib/host/files/directory.ts";

const [root = "", id = ""] = process.argv.slice(2);
console.log(JSON.stringify(await readCellContents({ root: openRoot(root), id })));
