/**
 * `scan --explain`: shows how the status of one cell was decided.
 *
 * @module
 */
import { printableJson } from "../base/printable.ts";
import { EXIT } from "../base/errors.ts";
import { missingCell, resolveMissionId } from "../cell/mission-id.ts";
import { observeCell } from "../cell/observe.ts";
import { openRoot } from "../host/files/directory.ts";
import { commandPrefix } from "../cli/called-as.ts";
import { printText } from "../host/stdio/stdio.ts";
import { classify } from "../verdict/classify.ts";
import { explain } from "../verdict/explain.ts";
import { explanationText } from "../verdict/explanation-text.ts";
import { lastSuspicion } from "./last-word.ts";
import { suspicionNow } from "./scan.ts";
import type { ScanCall } from "./scan-flags.ts";

/**
 * Explains the status of the cell that `name` means, by default the one around; returns the exit code.
 *
 * @throws {OperatorError} when there is no such cell, or several match.
 */
export async function showExplanation(
  name: string,
  { settings, options, now }: ScanCall,
): Promise<number> {
  const root = openRoot(settings.root);
  const id = await resolveMissionId(name === "" ? undefined : name, root, "read");
  const facts = observeCell(root, id);
  if (facts.self.outcome === "absent") throw missingCell(root, id);
  const explanation = explain(facts, settings, classify(facts, settings, now), {
    root: root.path,
    prefix: commandPrefix(),
    suspicion: suspicionNow(root, now) ?? lastSuspicion(settings, now),
  });
  const text = options.json ? printableJson(explanation, 2) : explanationText(explanation);
  printText(`${text}\n`);
  return EXIT.ok;
}
