/**
 * What a gateway mounts: the endpoint's handler, for Bun and for Node 20 and later.
 *
 * `npm run build` makes dist/handler.js of it, which package.json exports as
 * `lazarus-pit/handler`.
 *
 * @module
 */
import openapi from "../../../config/openapi.json";
import { startStreams, type Streams } from "./events.ts";
import { createHandler, type Handler } from "./handler.ts";
import { page } from "./page.ts";
import { beatRelay, type Write } from "./relay.ts";
import { scanOnce } from "../cell/scan.ts";
import { loadSettings } from "../command/settings.ts";
import { type Plan, startSource } from "./source.ts";

export { createHandler } from "./handler.ts";
export { nodeAdapter } from "./node.ts";
export { reportFile } from "./report-file.ts";
export { startSource } from "./source.ts";
export { startStreams } from "./events.ts";

export interface MountOptions {
  /** Asked of every reader, and allowed to beat for any cell. */
  readonly token?: string | undefined;
  /** The secret behind the cells' own tokens; without it and the token no beat is taken. */
  readonly beatSecret?: string | undefined;
  /** Where beats are written: the root of the cells. */
  readonly root?: string;
  /** What writes a beat; in this thread where it is left out. */
  readonly write?: Write;
  /** The names under which it may be asked, where a browser could be made to ask under others. */
  readonly hosts?: readonly string[] | undefined;
  /** The most event streams at a time. */
  readonly maxClients?: number;
  readonly perCellMetrics?: boolean;
}

export interface Mounted {
  readonly handler: Handler;
  readonly streams: Streams;
  /** Ends the scans and the streams. */
  stop(): void;
}

/** Without a root there is nowhere to write a beat. */
const NO_KEYS = { token: undefined, beatSecret: undefined };

/** The whole endpoint, ready to be mounted, with the reports that `plan` gets. */
export function mountHealth(plan: Plan, options: MountOptions = {}): Mounted {
  const { token, beatSecret, root, hosts, maxClients = 1024, perCellMetrics = true } = options;
  const source = startSource(plan);
  const streams = startStreams(source, maxClients);
  const keys = root === undefined ? NO_KEYS : { token, beatSecret };
  const beat = beatRelay(root ?? "", keys, options.write);
  return {
    streams,
    handler: createHandler({ source, streams, token, hosts, perCellMetrics, beat, page, openapi }),
    stop() {
      source.stop();
      streams.close();
    },
  };
}

/**
 * What `startSource` needs to scan `root` in this process every `intervalMs`. A scan of
 * thousands of cells holds up what else the process does: let `scan --output` make the
 * reports there, and read its file.
 *
 * @throws {OperatorError} when the configuration is wrong.
 */
export function rootScans(root: string, intervalMs: number): Plan {
  const settings = loadSettings({ root });
  return { scan: async () => scanOnce(settings, new Date()), intervalMs };
}
