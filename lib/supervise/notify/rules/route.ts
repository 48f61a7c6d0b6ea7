/**
 * Which route receives which event.
 *
 * @module
 */
import type { Event } from "../../../contract/event.ts";
import { DEFAULT_ROUTE, type Notify, type NotifyRoute } from "../../../contract/notify.ts";
import { highestAttention, isAtLeast } from "../../../verdict/attention.ts";

const ALL_EVENTS = { labels: {}, attention: "none" } as const;

/** The routes of a configuration; the one of `notify.command` is called "default". */
export function routesOf(notify: Notify | undefined): readonly NotifyRoute[] {
  if (notify === undefined) return [];
  const { command, timeout_seconds, routes = [] } = notify;
  if (command === undefined) return routes;
  return [{ name: DEFAULT_ROUTE, match: ALL_EVENTS, command, timeout_seconds }, ...routes];
}

/** True for an event that a route receives: also the end of a state that it was told of. */
export const isRouted = (event: Event, { match }: NotifyRoute): boolean =>
  Object.entries(match.labels).every(([name, value]) => event.labels?.[name] === value) &&
  isAtLeast(highestAttention([event.attention, event.attention_before]), match.attention);
