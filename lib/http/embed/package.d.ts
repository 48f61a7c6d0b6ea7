/**
 * The types of `lazarus-pit/handler`, for gateways in TypeScript: `npm run build` copies them to
 * dist/handler.d.ts. test/http/package-types.test.ts compares them with embed.ts.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Handles a request; returns undefined for a path that the endpoint does not serve. */
export type Handler = (request: Request) => Response | Promise<Response> | undefined;

/** Handles one request of node:http, or leaves it to `next`. */
export type NodeListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: () => void,
) => Promise<void>;

/** Where reports come from: `reportFile` or `rootScans`. */
export interface ReportSource {
  /** Gets a report, which must not change afterwards: its cells are read over several turns. */
  readonly scan: () => Promise<object>;
  /** Milliseconds between reports. */
  readonly intervalMs: number;
}

export interface MountOptions {
  /** Readers need it; it also permits beats for every cell. */
  readonly token?: string | undefined;
  /** The secret from which cells' tokens are derived; without it and the token, beats are rejected. */
  readonly beatSecret?: string | undefined;
  /** The root of the cells, where beats are written; without it, beats are rejected. */
  readonly root?: string;
  /** Allowed `Host` names besides the loopback ones; undefined allows any. */
  readonly hosts?: readonly string[] | undefined;
  /** Limit of concurrent event streams; default 1024. */
  readonly maxClients?: number;
  readonly perCellMetrics?: boolean;
  /** Where people reach the page, for metrics. */
  readonly publicUrl?: string | undefined;
}

export interface Mounted {
  readonly handler: Handler;
  /** Stops the scans and ends the streams. */
  stop(): void;
}

/** The complete endpoint with the reports of `source`. */
export function mountHealth(source: ReportSource, options?: MountOptions): Mounted;

/** The handler as a listener of node:http; requests for other paths go to `next`. */
export function nodeAdapter(handler: Handler): NodeListener;

/** Reports from a file that `scan --output` replaces every `everyMs`. */
export function reportFile(path: string, everyMs: number): ReportSource;

/** Reports from scans of `root` every `intervalMs` in this process, which thousands of cells would block. */
export function rootScans(root: string, intervalMs: number): ReportSource;
