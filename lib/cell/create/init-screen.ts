/**
 * Printing what init-cell did.
 *
 * @module
 */
import { EXIT } from "../../base/errors.ts";
import { printable, printableJson, quoted } from "../../base/printable.ts";
import type { Root } from "../../host/files/directory.ts";
import { printText, printError } from "../../host/stdio/stdio.ts";
import type { InitOutcome } from "./init-cells.ts";

/** Prints the ids on stdout and what was done on stderr, or all of it as JSON; returns the exit code. */
export function printOutcomes(root: Root, outcomes: readonly InitOutcome[], json: boolean): number {
  if (json)
    printText(`${printableJson({ schema_version: 1, root: root.path, cells: outcomes }, 2)}\n`);
  else {
    printText(outcomes.map(({ mission_id }) => `${mission_id}\n`).join(""));
    printError(
      outcomes
        .flatMap((each) => [sentence(each), ...each.warnings.map((text) => `warning: ${text}`)])
        .map((text) => `init-cell: ${printable(text)}\n`)
        .join(""),
    );
  }
  return EXIT.ok;
}

const sentence = ({ outcome, path, added }: InitOutcome): string =>
  ({
    created: `created ${quoted(path)}`,
    exists: `nothing to do: ${quoted(path)} already exists and is complete`,
    repaired: `repaired ${quoted(path)}: added ${added.join(", ")}`,
    "would-create": `would create ${quoted(path)}`,
    "would-repair": `would repair ${quoted(path)}: add ${added.join(", ")}`,
  })[outcome];
