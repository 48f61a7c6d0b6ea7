/**
 * The route of the metrics for Prometheus.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { version } from "../../package.json";
import type { MemberHealth } from "../contract/fleet-member.ts";
import type { Supervision } from "../contract/supervision.ts";
import { metricsParts } from "../scan/rules/prometheus.ts";
import { sharedResponse } from "./compression.ts";
import { PartedText, type SharedContent, sharedContent } from "./parted-text.ts";
import { type Endpoint, noScanResponse } from "./routes.ts";
import type { Snapshot } from "./snapshot.ts";

/** Serialized metrics and what they were created from. */
interface CachedMetrics {
  readonly endpoint: Endpoint;
  readonly errors: number;
  readonly member: MemberHealth | undefined;
  /** As JSON. */
  readonly supervision: string | undefined;
  readonly body: SharedContent;
}

/** The last metrics of each snapshot, which go with it. */
const metricsCache = new WeakMap<Snapshot, CachedMetrics>();

/** The last report as Prometheus metrics. */
export async function metrics(endpoint: Endpoint, request: Request): Promise<Response> {
  const snapshot = endpoint.poller.snapshot();
  if (snapshot === undefined) return noScanResponse();
  const { body } = cachedMetrics(endpoint, snapshot, await endpoint.supervision());
  return sharedResponse(request, { type: "text/plain; version=0.0.4; charset=utf-8", body });
}

function cachedMetrics(
  endpoint: Endpoint,
  snapshot: Snapshot,
  supervision: Supervision | undefined,
): CachedMetrics {
  const { poller, perCellMetrics: perCell, publicUrl } = endpoint;
  const cached = metricsCache.get(snapshot);
  const [errors, member] = [poller.errors(), poller.member()];
  const key = JSON.stringify(supervision);
  const isSame = cached?.endpoint === endpoint && cached.errors === errors;
  if (isSame && cached.member === member && cached.supervision === key) return cached;
  const options = { version, errors, perCell, publicUrl, member, supervision };
  const { report, cells } = snapshot;
  const text = new PartedText(cells.size, () => metricsParts(report, cells, options));
  const fresh = { endpoint, errors, member, supervision: key, body: sharedContent(text) };
  metricsCache.set(snapshot, fresh);
  return fresh;
}
