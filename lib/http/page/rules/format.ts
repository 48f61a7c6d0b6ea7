/**
 * Numbers and times as the page shows them.
 *
 * @module
 */
import { describeDuration } from "../../../base/duration.ts";

/** A count with separators: `5,000`. */
export const countText = (count: number): string => count.toLocaleString("en");

/** A number of cells: `1 cell`, `5,000 cells`. */
export const cellCount = (count: number): string =>
  `${countText(count)} ${count === 1 ? "cell" : "cells"}`;

/** An age in seconds as `1h 5m`; `5s ahead` if it lies more than a second in the future. */
export const ageText = (seconds: number): string =>
  seconds < -1 ? `${describeDuration(seconds)} ahead` : describeDuration(Math.max(0, seconds));

/** A clause as a sentence: capitalized, with a period. */
export const sentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
