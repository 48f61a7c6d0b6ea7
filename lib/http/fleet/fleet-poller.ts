/**
 * Looks at a fleet again and again, for all requests.
 *
 * @module
 */
import type { FleetLook } from "../../fleet/fleet-reporter.ts";
import { currentUntil, isLookFresh } from "./look-lifetime.ts";
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
    const report = { ...next.report, current_until: currentUntil(next.report, intervalMs) };
    const document = fleetDocument(report);
    latest = { ...next, report, document, etag: `"${instanceId}-${++count}"` };
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
    isFresh: () => latest !== undefined && isLookFresh(latest.report, ageMs(), intervalMs),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => clearInterval(timer),
  };
}
