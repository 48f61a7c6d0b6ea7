/**
 * The page's script: creates the controls, then follows the server's events.
 *
 * `npm run page` bundles it, with what it imports, into the one file that is served.
 *
 * @module
 */
import { makeCounts } from "./counts.ts";
import { drawDetail, listenToDetail, openDetail } from "./detail.ts";
import { draw, drawAges, show } from "./draw.ts";
import { byId, setBanner, setText } from "./elements.ts";
import { followEvents } from "./event-client.ts";
import { listenToKeys } from "./keys.ts";
import { listenToPrinter } from "./print.ts";
import { focusRow, listenToRows } from "./row-events.ts";
import { forgetRows } from "./rows.ts";
import { viewOf } from "./rules/address.ts";
import { searchFor, showMore, sortBy, toggleStatus } from "./rules/view.ts";
import { state } from "./state.ts";
import { makeHeads } from "./table.ts";
import { listenToZone } from "./zone.ts";

// The stream of a page that the browser had put aside is cut, and other tabs went on without it.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
// Without this, a page whose script failed would stop, and still look up to date.
addEventListener("error", ({ message }) =>
  setBanner(byId("broken"), "incomplete", `This page's script failed (${message}). Reload it.`),
);
setText(byId("waiting"), "Waiting for the first report…");
setText(byId("link"), "connecting");
state.view = viewOf(location.search);
makeCounts((status) => show(toggleStatus(state.view, status)));
makeHeads((column) => show(sortBy(state.view, column)));

const filter = byId("filter", HTMLInputElement);
filter.value = state.view.words.join(" ");
filter.addEventListener("input", () => show(searchFor(state.view, filter.value)));

byId("more").addEventListener("click", () => {
  const firstNew = state.view.limit;
  show(showMore(state.view));
  // After the frame that draws the rows.
  requestAnimationFrame(() => focusRow(firstNew));
});

listenToRows(openDetail);
listenToDetail();
listenToKeys();
listenToPrinter(draw);
listenToZone(() => {
  forgetRows();
  draw();
  drawDetail();
});
setInterval(drawAges, 1000);
void followEvents();
