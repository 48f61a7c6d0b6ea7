/**
 * The lines below a cell in a table: its first problem, what its agent says, orders and attempts, and
 * what to do next.
 *
 * @module
 */
import { printable } from "../base/printable.ts";
import type { ReportCell } from "../contract/report.ts";
import { isFinal } from "../verdict/final.ts";
import { type CommandPlace, nextStep } from "../verdict/next-step.ts";
import { reasonOf } from "../verdict/reason.ts";
import { rowOf } from "../verdict/rows.ts";
import { type TableColumn, ordersText, saysText } from "./table-columns.ts";
import { cut } from "../cli/fitted-text.ts";

/** What the lines below a cell depend on. */
export interface NotesContext {
  /** The columns of the table: what they show is not repeated. */
  readonly shown: readonly TableColumn[];
  readonly width: number;
  readonly place: CommandPlace;
  /** The problems whose next step stands below another cell: cells that share one are told once. */
  readonly told: Set<string>;
}

/** The lines below `cell`. */
export function linesBelow(cell: ReportCell, context: NotesContext): string[] {
  const { shown, width } = context;
  const orders = shown.includes("orders") ? "" : ordersText(cell);
  const { attempts = 0 } = cell;
  const tried = attempts === 0 || shown.includes("attempts") ? "" : `attempts: ${attempts}`;
  const revival = [orders, tried].filter((part) => part !== "").join("; ");
  const lines = [...problemLines(cell, width), ...saysLines(cell, shown), revival];
  return [
    ...lines.filter((line) => line !== "").map((line) => `    ${cut(line, width - 4)}`),
    ...stepLines(cell, context),
  ];
}

/** The next step for a cell, whole: a command that is cut cannot be typed. */
function stepLines(cell: ReportCell, { width, place, told }: NotesContext): string[] {
  const step = nextStep(cell, rowOf(cell), place);
  if (step === undefined) return [];
  // An agent that said that it was done has a step of its own.
  const kind = `${cell.problems[0]?.code ?? cell.status}${isFinal(cell) ? " (done)" : ""}`;
  if (told.has(kind)) return [];
  told.add(kind);
  const text = `next: ${step}`;
  const lines = width === Infinity ? [text] : Bun.wrapAnsi(text, width - 4).split("\n");
  return lines.map((line) => `    ${line}`);
}

function problemLines(cell: ReportCell, width: number): string[] {
  const reason = reasonOf(cell);
  if (reason === undefined) return [];
  const others = cell.problems.length - 1;
  const more = others < 1 ? "" : ` (+${others} more)`;
  return [`${cut(printable(reason), width - 4 - more.length)}${more}`];
}

/** What the agent of a cell that needs attention says, unless its problem says the same. */
function saysLines(cell: ReportCell, shown: readonly TableColumn[]): string[] {
  const says = saysText(cell);
  const isSaid = cell.message !== null && (reasonOf(cell) ?? "").includes(cell.message);
  const isHidden = says === "" || isSaid || shown.includes("says") || cell.attention === "none";
  return isHidden ? [] : [`says: ${says}`];
}
