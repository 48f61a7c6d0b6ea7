/**
 * Showing the results of accepting proposals.
 *
 * @module
 */
import { printable, printableJson, quoted } from "../../base/printable.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import type { Root } from "../../host/files/directory.ts";
import type { InitOutcome } from "../../cell/create/init-cells.ts";
import { printText, printError } from "../../host/stdio/stdio.ts";
import {
  DEFAULT_CLONE_OPTIONS,
  type CreationOptions,
  ensureProposedCell,
  previewMission,
  type CellRequest,
} from "./proposed-cell.ts";
import { missionsFromIssue } from "./issue-missions.ts";
import type { PassReport } from "./pass.ts";
import type { Result } from "./result.ts";

/**
 * Creates the cell that a file requests, or shows it in a dry run; returns the exit code.
 *
 * @throws {OperatorError} when another cell has that id or source, or it cannot be created.
 */
export async function acceptOne(
  root: Root,
  request: CellRequest,
  creation: CreationOptions,
  json: boolean,
): Promise<number> {
  checkIssueHasNoMission(root, request);
  const { mission_id, path, outcome } = await ensureProposedCell(
    root,
    request,
    creation,
    DEFAULT_CLONE_OPTIONS,
  );
  const mission = creation.dryRun ? { mission: previewMission(request, creation.now) } : {};
  if (json) {
    const report = { schema_version: 1, root: root.path, mission_id, path, outcome, ...mission };
    printText(`${printableJson(report, 2)}\n`);
    return EXIT.ok;
  }
  if (creation.dryRun) printText(`${printableJson(mission.mission, 2)}\n`);
  else printText(`${mission_id}\n`);
  printError(`accept-proposals: ${printable(sentence(outcome, path))}\n`);
  return EXIT.ok;
}

function sentence(outcome: InitOutcome["outcome"], path: string): string {
  if (outcome === "created") return `created ${quoted(path)}`;
  if (outcome === "would-create") return `would create ${quoted(path)}`;
  return `nothing to do: ${quoted(path)} already exists`;
}

/** An issue gets one cell, even if it requests another id later. */
function checkIssueHasNoMission(root: Root, { id, source }: CellRequest): void {
  const missions = source === undefined ? [] : missionsFromIssue(root, source);
  const [existing] = missions.includes(id) ? [] : missions;
  if (existing === undefined) return;
  throw new OperatorError(
    "data_error",
    `Cannot create mission ${id}: mission ${existing} already names this issue as its source`,
    "propose another mission in a separate issue",
  );
}

/** Prints a line per issue, or the results as JSON; returns the exit code. */
export function printPassReport(
  root: Root,
  { results, errors }: PassReport,
  json: boolean,
): number {
  if (json)
    printText(`${printableJson({ schema_version: 1, root: root.path, issues: results }, 2)}\n`);
  else printText(results.map((result) => `${printable(lineOf(result))}\n`).join(""));
  const [first] = errors;
  if (first === undefined) return EXIT.ok;
  const { fault: code, message, hint } = first;
  if (json) printError(`${printableJson({ error: { code, message, hint } })}\n`);
  else printError(errors.map(errorText).join(""));
  return EXIT[code];
}

/** The line about one issue. */
export function lineOf({ issue, outcome, mission_id: id, reasons }: Result): string {
  const why = reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return `#${issue} ${outcome}${id === null ? "" : ` ${id}`}${why}`;
}

const errorText = ({ message, hint }: OperatorError): string =>
  `accept-proposals: error: ${printable(message)}\naccept-proposals: hint: ${printable(hint)}\n`;
