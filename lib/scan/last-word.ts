/**
 * What the daemon of a root last suspected, as far as this user may read it.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Suspicion } from "../contract/report.ts";
import { MARKER_FILE } from "../contract/store-marker.ts";
import type { Settings } from "../contract/settings.ts";
import { withDirectory } from "../host/files/directory.ts";
import { readStart } from "../host/files/read-start.ts";
import { storePathsOf } from "../host/files/state-dir.ts";
import { trustCheckIn } from "../host/files/trust.ts";

/** The bundlers' own `require`: unlike `import()`, it is synchronous. */
declare const require: (
  path: "../verdict/last-word.ts",
) => typeof import("../verdict/last-word.ts");
/** Loaded only where there is a report: its schemas take longer than a scan of a few cells. */
const loadRules = () => require("../verdict/last-word.ts");

/** More than the fields before the summary need, whatever the root is called. */
const START_BYTES = 32_768;

/** True if a daemon keeps a store for this root, as far as this user may look. */
export const hasStoreMarker = (settings: Pick<Settings, "root" | "state_dir">): boolean =>
  existsSync(join(storePathsOf(settings).storeDir, MARKER_FILE));

/**
 * The suspicion in the daemon's last report; undefined if there is none, if the report is not fresh,
 * cannot be read, or is a file of somebody who is not trusted.
 */
export function lastSuspicion(
  settings: Pick<Settings, "root" | "state_dir">,
  now: Date,
): Suspicion | undefined {
  try {
    return withDirectory(storePathsOf(settings).storeDir, (dir) => {
      const start = readStart(dir, "report.json", START_BYTES, trustCheckIn(dir));
      return start === undefined ? undefined : loadRules().suspicionInStart(start, now);
    });
  } catch {
    return undefined;
  }
}
