/**
 * The route of the metrics for Prometheus.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { version } from "../../package.json";
import type { MemberHealth } from "../contract/fleet-member.ts";
import type { Report } from "../contract/report.ts";
import type { Supervision } from "../contract/supervision.ts";
import { metricsText } from "../scan/rules/prometheus.ts";
import { sharedResponse } from "./compression.ts";
import { type Endpoint, noScanResponse } from "./routes.ts";

/** Serialized metrics and what they were created from. */
interface CachedMetrics {
  readonly report: Report;
  readonly errors: number;
  readonly member: MemberHealth | undefined;
  /** As JSON. */
  readonly supervision: string | undefined;
  readonly body: Blob;
}

/** The last metrics of each endpoint. */
const metricsCache = new WeakMap<Endpoint, CachedMetrics>();

/** The last report as Prometheus metrics. */
export async function metrics(endpoint: Endpoint, request: Request): Promise<Response> {
  const snapshot = endpoint.poller.snapshot();
  if (snapshot === undefined) return noScanResponse();
  const { body } = cachedMetrics(endpoint, [snapshot.report, await endpoint.supervision()]);
  return sharedResponse(request, { type: "text/plain; version=0.0.4; charset=utf-8", body });
}

type MetricsSource = readonly [Report, Supervision | undefined];

function cachedMetrics(endpoint: Endpoint, [report, supervision]: MetricsSource): CachedMetrics {
  const cached = metricsCache.get(endpoint);
  const [errors, member] = [endpoint.poller.errors(), endpoint.poller.member()];
  const key = JSON.stringify(supervision);
  const isSame = cached?.report === report && cached.errors === errors && cached.member === member;
  if (isSame && cached.supervision === key) return cached;
  const { perCellMetrics: perCell, publicUrl } = endpoint;
  const text = metricsText(report, { version, errors, perCell, publicUrl, member, supervision });
  const fresh = { report, errors, member, supervision: key, body: new Blob([text]) };
  metricsCache.set(endpoint, fresh);
  return fresh;
}
