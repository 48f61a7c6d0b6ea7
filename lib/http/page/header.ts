/**
 * The page's header: the root, its host, and the age of the last scan.
 *
 * @module
 */
import { isOffline } from "./connection.ts";
import { byId, setBanner, setText, untrusted } from "./elements.ts";
import type { PageData } from "./rules/merge.ts";
import { lateText, scanPaceText, scanAgeText } from "./rules/scan-age.ts";
import { serverClock } from "./state.ts";
import { showMoment } from "./zone.ts";

/** Shows which root is watched. */
export function drawHeader({ root, host, fleet }: PageData["report"]): void {
  byId("waiting").hidden = true;
  byId("report").hidden = false;
  const member = fleet === undefined || fleet.warning ? "" : `. ${fleet.text}`;
  byId("place").replaceChildren(untrusted(root), " on ", untrusted(host), member);
}

/** Shows when the last scan was, and a warning if that is too long ago. */
export function drawScan(report: PageData["report"]): void {
  const now = serverClock.now();
  setText(byId("moment"), showMoment(report.generated_at));
  setText(byId("scanned"), scanAgeText(report, now));
  setText(byId("pace"), scanPaceText(report, now, isOffline()));
  setBanner(byId("late"), "stale", isOffline() ? "" : bannerText(report, now));
}

/** What is late, or what keeps the host from its part in the fleet. */
const bannerText = (report: PageData["report"], now: number): string =>
  lateText(report, now, showMoment) || (report.fleet?.warning === true ? report.fleet.text : "");

/** Why the data may be out of date; empty if it is not. */
export function outdatedText(report: PageData["report"]): string {
  if (isOffline()) return "the connection to the server is lost";
  const isLate = lateText(report, serverClock.now(), showMoment) !== "";
  return isLate ? "no scan has succeeded for too long" : "";
}
