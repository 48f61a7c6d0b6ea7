/**
 * The table of cells: those that somebody should look at, or all of one host. It never has more than
 * 2,000 rows, so that a fleet of 50,000 cells stays usable.
 *
 * @module
 */
import { largestUnit } from "../../base/duration.ts";
import type { FleetCell } from "../../contract/fleet-report.ts";
import { reasonOf } from "../../verdict/reason.ts";
import { MAX_LISTED_CELLS } from "../fleet/rules/fleet-feed.ts";
import { byId, element, setText, untrusted } from "../page/elements.ts";
import { serverClock } from "../page/state.ts";
import { cellKind, cellText } from "./rules/look.ts";

/** What was drawn last, and when: rows that did not change are left alone, but for their ages. */
let drawn: readonly FleetCell[] | undefined;
let drawnAtMs = 0;
const REDRAW_MS = 30_000;

/** Draws `cells`; `left` more exist that the server left out. */
export function drawCells(cells: readonly FleetCell[], left: number): void {
  if (cells === drawn && performance.now() - drawnAtMs < REDRAW_MS) return;
  [drawn, drawnAtMs] = [cells, performance.now()];
  const shown = cells.slice(0, MAX_LISTED_CELLS);
  byId("rows").replaceChildren(...shown.map(rowOfCell));
  const more = left + cells.length - shown.length;
  setText(byId("more"), more === 0 ? "" : `${more} more are not shown: choose a host.`);
}

function rowOfCell(cell: FleetCell): HTMLTableRowElement {
  const { host, mission_id, title, known } = cell;
  const name = [untrusted(title ?? mission_id), element("small", {}, mission_id)];
  const badge = element("span", { class: "badge", "data-kind": cellKind(cell) }, cellText(cell));
  return element(
    "tr",
    { class: known ? "" : "not-known", "data-id": mission_id },
    element("td", {}, host),
    element("td", {}, ...(title === null ? name.slice(0, 1) : name)),
    element("td", {}, badge),
    element("td", {}, ageText(cell)),
    element("td", {}, untrusted(reasonOf(cell) ?? "")),
  );
}

function ageText({ last_heartbeat }: FleetCell): string {
  if (last_heartbeat === null) return "";
  return `${largestUnit(serverClock.secondsSince(last_heartbeat))} ago`;
}
