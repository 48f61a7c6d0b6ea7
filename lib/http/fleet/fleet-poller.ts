/**
 * Looks at a fleet again and again, for all requests.
 *
 * @module
 */
import type { FleetReport } from "../../contract/fleet-report.ts";
import type { FleetLook } from "../../fleet/fleet-reporter.ts";
import { ASK_TIMEOUT_MS, longestLookMs } from "../../fleet/sources/answer.ts";
import { isScanFresh } from "../rules/freshness.ts";
import {
  type FleetChanges,
  fleetChanges,
  type FleetDocument,
  fleetDocument,
} from "./rules/fleet-feed.ts";

/** The last look, and its tag for caches. */
export interface FleetSnapshot extends FleetLook {
  readonly document: FleetDocument;
  readonly etag: string;
}

export interface FleetPoller {
  /** Undefined before the first look. */
  snapshot(): FleetSnapshot | undefined;
  /** Whole seconds since the last look; undefined before the first. */
  ageSeconds(): number | undefined;
  /** Whether the last look is recent enough for the interval. */
  isFresh(): boolean;
  subscribe(listener: (changes: FleetChanges) => void): () => void;
  stop(): void;
}

/** How many hosts a look asks; none if it asks etcd. */
const askedIn = ({ kind, hosts }: FleetReport): number => (kind === "sources" ? hosts.length : 0);

const instanceId = crypto.randomUUID();

/** Starts to look, at once and then at every interval; `onError` gets what a look throws, a bug. */
export function startFleetPoller(
  look: () => Promise<FleetLook>,
  intervalMs: number,
  onError: (error: unknown) => void,
): FleetPoller {
  const listeners = new Set<(changes: FleetChanges) => void>();
  let latest: FleetSnapshot | undefined;
  let latestAtMs = 0;
  let count = 0;
  let isLooking = false;

  function publish(next: FleetLook): void {
    const before = latest?.document;
    const document = fleetDocument(next.report);
    latest = { ...next, document, etag: `"${instanceId}-${++count}"` };
    latestAtMs = performance.now();
    if (before === undefined) return;
    const changes = fleetChanges(before, document);
    for (const listener of listeners) listener(changes);
  }

  async function poll(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    await look().then(publish).catch(onError);
    isLooking = false;
  }

  const timer = setInterval(() => void poll(), intervalMs);
  void poll();
  const ageMs = () => performance.now() - latestAtMs;
  return {
    snapshot: () => latest,
    ageSeconds: () => (latest === undefined ? undefined : Math.floor(ageMs() / 1000)),
    isFresh: () => latest !== undefined && isLookFresh(askedIn(latest.report), ageMs(), intervalMs),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => clearInterval(timer),
  };
}

/** True if a look of this age is fresh, where the next one may last until `asked` hosts answered. */
export const isLookFresh = (asked: number, ageMs: number, intervalMs: number): boolean =>
  isScanFresh(ageMs - longestLookMs(asked), intervalMs + ASK_TIMEOUT_MS);
