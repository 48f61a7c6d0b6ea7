/**
 * URLs that report a run to a monitor with the Healthchecks API.
 *
 * `<base>/start` at the start, `<base>` after success, `<base>/<exit code>` or `<base>/fail` after
 * a failure; the query parameter `rid` pairs start and end.
 *
 * @module
 */

/** What is reported; a number is the exit code of a failure. */
export type PingEvent = "start" | "success" | "fail" | number;

/** True for an http or https URL. */
export const isPingUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** The URL for one event of the run `rid`. */
export function pingUrl(base: string, event: PingEvent, rid: string): URL {
  const url = new URL(base);
  if (event !== "success") url.pathname = `${url.pathname.replace(/\/+$/, "")}/${event}`;
  url.searchParams.set("rid", rid);
  return url;
}

/** The event for the end of a run with an exit code. */
export function endEvent(code: number, isFailure: boolean): PingEvent {
  if (!isFailure) return "success";
  return code >= 1 && code <= 255 ? code : "fail";
}

/**
 * The target of a redirect; undefined if it must not be followed. The URL is a secret: it is sent
 * only to the host it was created for, and never downgraded from https to http.
 */
export function allowedRedirect(from: URL, location: string | null): URL | undefined {
  if (location === null || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  const isUpgrade = from.protocol === "http:" && to.protocol === "https:";
  return to.origin === from.origin || (isUpgrade && to.hostname === from.hostname) ? to : undefined;
}
