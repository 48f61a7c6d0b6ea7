/**
 * Checks the root, the store, and the room that they have.
 *
 * @module
 */
import { existsSync, fstatSync } from "node:fs";
import { shellWord } from "../base/shell-word.ts";
import type { Settings } from "../contract/settings.ts";
import { openRoot, withDirectory } from "../host/files/directory.ts";
import { fileSystemOf } from "../host/files/file-system.ts";
import { storePathsOf } from "../host/files/state-dir.ts";
import { readMarker } from "../host/files/store-marker.ts";
import { storeFlaw } from "../supervise/store/store.ts";
import { guarded } from "./guarded.ts";
import { type Diagnosis, failedCheck, passed, warned } from "./rules/diagnosis.ts";
import { spaceDiagnosis } from "./rules/space-diagnosis.ts";

/** Checks that the root exists and can be read, and says who owns it. */
export const checkRoot = ({ root }: Settings): Diagnosis =>
  guarded("root", `Cannot read the root ${root}`, () => {
    openRoot(root).close();
    const { uid, gid, mode } = withDirectory(root, (dir) => fstatSync(dir));
    const octal = (mode & 0o7777).toString(8).padStart(4, "0");
    const text = `${root}: user ${uid}, group ${gid}, mode ${octal}`;
    if ((mode & 0o002) === 0) return passed("root", text);
    return warned("root", `${text}: any user can create cells`, `chmod o-w ${shellWord(root)}`);
  });

/** Checks the store of the root in the state directory; `sameFlags` are for commands in hints. */
export function checkStore(settings: Settings, sameFlags: string): Diagnosis {
  const state = storePathsOf(settings);
  const marker = readMarker(state.storeDir);
  if (marker.outcome === "unreadable" && existsSync(state.stateDir))
    return warned(
      "state",
      `${state.storeDir} cannot be read by this user: ${marker.why}`,
      `sudo lazarus-pit doctor${sameFlags}`,
    );
  const flaw = storeFlaw(state);
  if (flaw === undefined) return passed("state", state.storeDir);
  if (existsSync(state.storeDir))
    return failedCheck(
      "state",
      flaw,
      "restore it from a backup; or move it away and restart supervise, which then starts without orders",
    );
  return warned("state", flaw, "start the daemon, as the line daemon says");
}

/** Checks the room for cells and for the state; a directory that does not exist is not checked. */
export const checkSpace = ({ root, state_dir }: Settings): Diagnosis[] =>
  [
    ["root-space", root],
    ["state-space", state_dir],
  ]
    .filter(([, path = ""]) => existsSync(path))
    .map(([check = "", path = ""]) =>
      guarded(check, `Cannot find out the free space of ${path}`, () =>
        spaceDiagnosis(check, path, withDirectory(path, fileSystemOf)),
      ),
    );
