/**
 * How old the last scan is, in words, and whether it is too old.
 *
 * @module
 */
import { describeDuration } from "../../../base/duration.ts";
import type { Report } from "../../../contract/report.ts";
import { isScanFresh } from "../../rules/freshness.ts";
import { ageText, countText } from "./format.ts";
import type { MomentFormat } from "./moments.ts";

type Scan = Pick<Report, "generated_at" | "next_expected_at" | "duration_ms">;

/** How long ago the last scan was made. */
export const scanAgeText = ({ generated_at }: Pick<Scan, "generated_at">, now: number): string =>
  `, ${ageText((now - Date.parse(generated_at)) / 1000)} ago`;

/** How long the last scan took and, unless the server is lost, when the next one is due. */
export const scanPaceText = (
  { duration_ms, ...scan }: Scan,
  now: number,
  isOffline: boolean,
): string =>
  ` in ${countText(duration_ms)} ms${isOffline ? "" : nextText(scan.next_expected_at, now)}`;

function nextText(next: string | undefined, now: number): string {
  if (next === undefined) return "";
  const left = (Date.parse(next) - now) / 1000;
  return left < 1 ? ", next is due" : `, next in ${describeDuration(left)}`;
}

/** A warning if no scan has succeeded for too long; empty if the last one is fresh. */
export function lateText(
  { generated_at, next_expected_at }: Pick<Scan, "generated_at" | "next_expected_at">,
  now: number,
  format: MomentFormat,
): string {
  if (next_expected_at === undefined) return "";
  const scanned = Date.parse(generated_at);
  return isScanFresh(now - scanned, Date.parse(next_expected_at) - scanned)
    ? ""
    : `No scan has succeeded since ${format(generated_at)}. The data shown may be out of date.`;
}
