/**
 * The endpoint's handler for gateways, in Bun and in Node 20 or later.
 *
 * `npm run build` bundles it to dist/handler.js, which package.json exports as
 * `lazarus-pit/handler`.
 *
 * @module
 */
import openapi from "../../../config/openapi.json";
import { type EventStreams, startEventStreams } from "../event-stream.ts";
import { createHandler, type Handler } from "../handler.ts";
import { createOrderRoute, type GiveOrder, type OperatorSecret } from "../order-route.ts";
import type { Supervision } from "../../contract/supervision.ts";
import type { CellRecords } from "../../contract/cell-records.ts";
import { page } from "../page-route.ts";
import { type BeatSecrets, createBeatRoute, type WriteBeat } from "../heartbeat-route.ts";
import { scanOnce } from "../../scan/scan.ts";
import { createJobScanner } from "../../jobs/job-scanner.ts";
import { loadSettings } from "../../cli/settings.ts";
import { type ReportSource, startReportPoller } from "../report-poller.ts";

export { createHandler } from "../handler.ts";
export { nodeAdapter } from "./node-adapter.ts";
export { reportFile } from "../report-file.ts";
export { startReportPoller } from "../report-poller.ts";
export { startEventStreams } from "../event-stream.ts";

export interface MountOptions {
  /** Readers need it; it also permits beats for every cell. */
  readonly token?: string | undefined;
  /** The secret from which cells' tokens are derived; without it and the token, beats are rejected. */
  readonly beatSecret?: string | undefined;
  /** Both, where they can change: they are read for each request. */
  readonly secrets?: BeatSecrets & OperatorSecret;
  /** The root of the cells, where beats are written; without it, beats are rejected. */
  readonly root?: string;
  /** Writes a beat; default: in this thread. */
  readonly write?: WriteBeat;
  /** Reads what is stored about a cell, and gives orders; without it, neither is possible. */
  readonly store?: EndpointStore;
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
  readonly streams: EventStreams;
  /** Stops the scans and ends the streams. */
  stop(): void;
}

/** The store of the cells' supervise. */
export interface EndpointStore {
  readonly records: (id: string) => Promise<CellRecords | null>;
  readonly giveOrder: GiveOrder;
  readonly supervision: () => Promise<Supervision | undefined>;
}

const NO_STORE: EndpointStore = {
  records: () => Promise.resolve(null),
  giveOrder: () => Promise.resolve({ fault: "unavailable" }),
  supervision: () => Promise.resolve(undefined),
};

/** Rejects all beats: without a root they cannot be written. */
const NO_SECRETS = { token: undefined, beatSecret: undefined };

/** The complete endpoint with the reports of `source`. */
export function mountHealth(source: ReportSource, options: MountOptions = {}): Mounted {
  const { token, beatSecret, root, hosts, maxClients = 1024, perCellMetrics = true } = options;
  const secrets: BeatSecrets & OperatorSecret = options.secrets ?? { token, beatSecret };
  const { records, giveOrder, supervision } = options.store ?? NO_STORE;
  const poller = startReportPoller(source);
  const streams = startEventStreams(poller, maxClients);
  const beat = createBeatRoute(
    root ?? "",
    root === undefined ? NO_SECRETS : secrets,
    options.write,
  );
  const order = createOrderRoute(secrets, giveOrder);
  const takesOrders = secrets.operatorToken !== undefined;
  const parts = {
    poller,
    streams,
    hosts,
    perCellMetrics,
    publicUrl: options.publicUrl,
    beat,
    order,
    takesOrders,
    records,
    supervision,
    page,
    openapi,
  };
  return {
    streams,
    handler: createHandler({
      ...parts,
      get token() {
        return secrets.token;
      },
    }),
    stop() {
      poller.stop();
      streams.close();
    },
  };
}

/**
 * Reports from scans of `root` in this process every `intervalMs`. A scan of thousands of cells
 * blocks the process: use `scan --output` and `reportFile` for these.
 *
 * @throws {OperatorError} when the configuration is wrong.
 */
export function rootScans(root: string, intervalMs: number): ReportSource {
  const settings = loadSettings({ root });
  const jobScanner = createJobScanner();
  return { scan: async () => scanOnce(settings, new Date(), jobScanner), intervalMs };
}
