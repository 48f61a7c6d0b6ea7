/**
 * Durations as text: parses `30m`, prints `2h 5m`.
 *
 * @module
 */

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of `90`, `90s`, `30m`, `2h` or `1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const seconds = Number(amount) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
  return seconds <= 1e9 ? seconds : undefined;
}

/** Formats seconds for people, in the two largest units: `1h 5m`, `42s`, `3d`. Ignores the sign. */
export function describeDuration(seconds: number): string {
  let left = Math.round(Math.abs(seconds));
  const parts: string[] = [];
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(left / UNIT_SECONDS[unit]);
    if (count > 0) parts.push(`${count}${unit}`);
    left %= UNIT_SECONDS[unit];
  }
  return parts.slice(0, 2).join(" ") || "0s";
}

/** Formats whole seconds as one word that `parseDuration` reads back: `90m`, `3601s`. */
export function durationWord(seconds: number): string {
  const unit = (["d", "h", "m"] as const).find((each) => seconds % UNIT_SECONDS[each] === 0) ?? "s";
  return `${seconds / UNIT_SECONDS[unit]}${unit}`;
}

/** Formats seconds in the largest unit only, for a table column. */
export const largestUnit = (seconds: number): string =>
  describeDuration(seconds).split(" ")[0] ?? "";
