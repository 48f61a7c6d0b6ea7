/**
 * The types of `lazarus-pit/handler`, for gateways in TypeScript: `npm run build` puts them beside
 * dist/handler.js. test/package-types.test.ts holds them against mount.ts.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Answers a request; undefined when its path is none of ours. */
export type Handler = (request: Request) => Response | Promise<Response> | undefined;

/** Answers one request of node:http, or leaves it to `next`. */
export type NodeListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: () => void,
) => Promise<void>;

/** Where reports come from: of `reportFile` or `rootScans`. */
export interface Plan {
  /** Looks once. */
  readonly scan: () => Promise<object>;
  /** How often one is made, in milliseconds. */
  readonly intervalMs: number;
}

export interface MountOptions {
  /** Asked of every reader, and allowed to beat for any cell. */
  readonly token?: string | undefined;
  /** The secret behind the cells' own tokens; without it and the token no beat is taken. */
  readonly beatSecret?: string | undefined;
  /** Where beats are written: the root of the cells. */
  readonly root?: string;
  /** The names under which it may be asked, where a browser could be made to ask under others. */
  readonly hosts?: readonly string[] | undefined;
  /** The most event streams at a time. */
  readonly maxClients?: number;
  readonly perCellMetrics?: boolean;
}

export interface Mounted {
  readonly handler: Handler;
  /** Ends the scans and the streams. */
  stop(): void;
}

/** The whole endpoint, ready to be mounted, with the reports that `plan` gets. */
export function mountHealth(plan: Plan, options?: MountOptions): Mounted;

/** The handler as a listener of node:http; what is none of its paths goes on to `next`. */
export function nodeAdapter(handler: Handler): NodeListener;

/** Shows the reports in a file that `scan --output` replaces every `everyMs`. */
export function reportFile(path: string, everyMs: number): Plan;

/** Scans `root` in this process every `intervalMs`, which holds it up where there are thousands of cells. */
export function rootScans(root: string, intervalMs: number): Plan;
