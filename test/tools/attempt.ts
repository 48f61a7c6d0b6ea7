/**
 * One attempt of supervise and no more, for tests that meet it at each of its system calls:
 * `attempt.ts CONFIG`.
 *
 * It is the daemon's own code, from the look over the plan to the outcome and the event. Only
 * the clock by which a dead cell is watched runs ahead; the waits after an attempt are real.
 *
 * @module
 */
import { loadSettings } from "../../lib/edges/command/settings.ts";
import { startActions } from "../../lib/edges/supervise/actions.ts";
import { startHook } from "../../lib/edges/supervise/hook.ts";
import { startNotices } from "../../lib/edges/supervise/notices.ts";
import { storeOf } from "../../lib/edges/host/state-folder.ts";
import { makeStore } from "../../lib/edges/supervise/store.ts";
import { startTroubles } from "../../lib/edges/supervise/trouble.ts";
import { openTracks } from "../../lib/edges/supervise/tracks.ts";
import { startWatch } from "../../lib/edges/supervise/watch.ts";
import type { Event } from "../../lib/schemas/event.ts";

/** How long the wait after an earlier attempt may take; and how often to look meanwhile. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 100;
/** More than the age limit of the cell, and less than the gap after which a watch starts anew. */
const STEP_MS = 2000;

const settings = loadSettings({ config: process.argv[2] });
const store = storeOf(settings);
makeStore(store);
let ended: readonly Event[] = [];
let watched = 0;
const clock = () => watched;
const troubles = startTroubles("attempt");
const watch = startWatch(clock);
const tracks = openTracks(store);
const notices = startNotices({ store, tracks, hook: startHook(), troubles });
const onEnd = (events: readonly Event[]) => void (ended = events);
const actions = startActions({ store, watch, tracks, troubles, onEnd, clock });

for (; ended.length === 0; watched += STEP_MS) {
  if (performance.now() > PATIENCE_MS) throw new Error("No attempt was due");
  if (watched > STEP_MS) await Bun.sleep(LOOK_MS);
  const now = new Date();
  const look = watch.look(settings, now);
  tracks.take(look.report, settings);
  actions.take(look, undefined, settings, now);
  await actions.end();
}
notices.add(ended);
notices.end(settings, new Date());
process.exit(0);
