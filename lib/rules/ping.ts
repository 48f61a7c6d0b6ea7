/**
 * Where a run is reported to a monitor that speaks the Healthchecks API.
 *
 * `<base>/start` when it starts, `<base>` when it went well, `<base>/<exit code>` or
 * `<base>/fail` when not; `rid` pairs the two.
 *
 * @module
 */

/** What is reported. */
export type PingEvent = "start" | "success" | "fail" | number;

/** True for a URL that pings may go to. */
export const isPingUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** The address for one event of the run `rid`. */
export function pingUrl(base: string, event: PingEvent, rid: string): URL {
  const url = new URL(base);
  if (event !== "success") url.pathname = `${url.pathname.replace(/\/+$/, "")}/${event}`;
  url.searchParams.set("rid", rid);
  return url;
}

/** The event that ends a run with an exit code. */
export function endEvent(code: number, isFailure: boolean): PingEvent {
  if (!isFailure) return "success";
  return code >= 1 && code <= 255 ? code : "fail";
}

/**
 * Where a redirection leads; undefined where it may not be followed. The address is a secret:
 * it goes to nobody but the host it was made for, and never back to plain text.
 */
export function redirection(from: URL, location: string | null): URL | undefined {
  if (location === null || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  const isSafer = from.protocol === "http:" && to.protocol === "https:";
  return to.origin === from.origin || (isSafer && to.hostname === from.hostname) ? to : undefined;
}
