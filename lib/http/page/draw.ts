/**
 * Draws the whole page, at most once in a frame.
 *
 * @module
 */
import { drawCounts } from "./counts.ts";
import { openDetail } from "./detail.ts";
import { drawIgnored } from "./ignored-list.ts";
import { drawHeader, drawScan, outdatedText } from "./header.ts";
import { drawJobs } from "./jobs-table.ts";
import { isOnPaper } from "./print.ts";
import { queryOf } from "./rules/address.ts";
import { onPaper, type View } from "./rules/view.ts";
import { state } from "./state.ts";
import { drawTable } from "./table.ts";
import { drawTickingAges } from "./ticking.ts";
import { drawVerdict } from "./verdict.ts";

let isScheduled = false;

/** Schedules a redraw before the next frame. */
export function scheduleDraw(): void {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    draw();
  });
}

/** Changes the view, writes it into the address, and redraws. */
export function show(view: View): void {
  state.view = view;
  try {
    history.replaceState(null, "", `${location.pathname}${queryOf(view)}${location.hash}`);
  } catch {
    // Browsers limit how often a page changes its address.
  }
  scheduleDraw();
}

/** Draws now. */
export function draw(): void {
  const { data } = state;
  if (data === null) return;
  const { critical, warning } = data.report.summary;
  const view = isOnPaper() ? onPaper(state.view, critical + warning) : state.view;
  drawHeader(data.report);
  drawCounts(data.report.summary, view.status);
  drawTable(data, view);
  drawJobs(data.report);
  drawIgnored(data.report);
  drawAges();
}

/** Draws what changes with the time alone, each second. */
export function drawAges(): void {
  if (state.data === null) return;
  drawTickingAges();
  drawScan(state.data.report);
  drawVerdict(state.data, outdatedText(state.data.report), openDetail);
}
