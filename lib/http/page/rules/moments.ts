/**
 * Moments as the page writes them: in one form and one time zone, which the page names once.
 *
 * @module
 */

/** Formats a timestamp: `28 Nov 2026, 22:06:48`. */
export type MomentFormat = (timestamp: string) => string;

/** The format in a time zone, such as `UTC` or `Asia/Tokyo`. What is not a timestamp stays as it is. */
export function momentFormat(zone: string): MomentFormat {
  const format = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: zone,
  });
  return (timestamp) => {
    const ms = Date.parse(timestamp);
    return Number.isNaN(ms) ? timestamp : format.format(ms);
  };
}

const TIMESTAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A text of the server with its moments in the page's form. */
export const withMoments = (text: string, format: MomentFormat): string =>
  text.replace(TIMESTAMP, format);
