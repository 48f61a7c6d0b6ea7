/**
 * A process that beats for the cell `argv[3]` under the root `argv[2]` until it is ended,
 * through the library, as fast as it can. It says `ready` after its first beat.
 */
import { beatCell } from "../../lib/cell/heartbeat/beat.ts";
import { openRoot } from "../../lib/host/files/directory.ts";

const [, , path = "", id = ""] = process.argv;
const root = openRoot(path);
for (let seq = 0; ; seq++) {
  // Of many lengths, so that a file which is written over shows its old end.
  const message = "long ".repeat(seq % 700);
  beatCell({ root, id }, { state: "working", message }, { pid: process.pid, now: new Date() });
  if (seq === 0) console.log("ready");
}
