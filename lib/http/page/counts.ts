/**
 * The number of cells by status: buttons that filter, and a bar with the proportions.
 *
 * @module
 */
import type { Summary } from "../../contract/report.ts";
import { DISPLAY_STATUSES, type DisplayStatus } from "../../verdict/display-status.ts";
import { byId, element, icon, setText } from "./elements.ts";
import { countText } from "./rules/format.ts";
import type { StatusFilter } from "./rules/view.ts";

const HINTS: Readonly<Record<StatusFilter, string>> = {
  all: "Every cell",
  incomplete: "A part is absent, broken, or contradicts another",
  stale: "The agent ended, fell silent, or is stuck",
  uninitialized: "None of the four files exists",
  healthy: "The last beat is fresh",
  resting: "No beat is expected: paused, ended or idle",
};

interface Count {
  readonly button: HTMLElement;
  readonly number: HTMLElement;
}

const counts = new Map<StatusFilter, Count>();
const shares = new Map<DisplayStatus, HTMLElement>();

/** Creates the buttons and the bar. */
export function makeCounts(onChoose: (status: StatusFilter) => void): void {
  for (const status of ["all", ...DISPLAY_STATUSES] as const) {
    const name = element("span", {}, icon(status), status);
    const number = element("b", {}, "0");
    const attributes = { "data-kind": status, title: HINTS[status] };
    const button = element("button", attributes, name, number);
    button.addEventListener("click", () => onChoose(status));
    counts.set(status, { button, number });
    byId("counts").append(button);
  }
  for (const status of DISPLAY_STATUSES) shares.set(status, element("i", { "data-kind": status }));
  byId("share").append(...shares.values());
}

/** Shows the numbers, and which status the table is filtered by. */
export function drawCounts(summary: Summary, chosen: StatusFilter): void {
  for (const [status, { button, number }] of counts) {
    const count = status === "all" ? summary.total : sizeOf(summary, status);
    setText(number, countText(count));
    button.classList.toggle("none", count === 0);
    button.setAttribute("aria-pressed", String(status === chosen));
  }
  for (const [status, share] of shares) {
    const size = sizeOf(summary, status);
    share.style.flexGrow = String(size);
    share.hidden = size === 0;
  }
}

/** The cells shown under a status: a report counts resting ones as healthy too, the page once. */
const sizeOf = (summary: Summary, status: DisplayStatus): number =>
  summary[status] - (status === "healthy" ? summary.resting : 0);
