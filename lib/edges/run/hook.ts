/**
 * A beat for each event of an agent's session.
 *
 * @module
 */
import { resolve } from "node:path";
import { nextBeat, sinceBoot } from "../../rules/beat.ts";
import { isTold, saidBy } from "../../rules/hook.ts";
import { printable, shortened } from "../../rules/printable.ts";
import { valueOf } from "../../schemas/facts.ts";
import type { Heartbeat } from "../../schemas/heartbeat.ts";
import type { HookEvent } from "../../schemas/hook.ts";
import { writeNext } from "../cell/beat.ts";
import { missionMeant } from "../cell/here.ts";
import { noteInLog } from "../cell/note.ts";
import { observeCell } from "../cell/observe.ts";
import { inTurn } from "../cell/turn.ts";
import type { Root } from "../host/directory.ts";
import { bootId, hostName } from "../host/host.ts";
import { kernelFile, processFacts } from "../host/process.ts";

const SHELLS = ["sh", "bash", "dash", "zsh", "ash", "busybox"];
const RUN_ID_LIMIT = 100;

/**
 * Beats for an event in the cell that is meant, unless the last beat says the same and is
 * not older than `everySeconds`. Undefined is an event that could not be read. Whatever goes
 * wrong is noted in the cell's log.
 */
export function takeEvent(root: Root, event: HookEvent | undefined, everySeconds: number): void {
  const id = missionMeant(
    undefined,
    root,
    event?.cwd === undefined ? undefined : resolve(event.cwd),
  );
  const now = new Date();
  const note = (what: string, why: string) =>
    noteInLog(root, id, { program: "heartbeat hook", event: what, why: printable(why) }, now);
  try {
    if (event === undefined) throw new Error("What came on stdin is no event");
    beatFor(root, id, event, everySeconds, now, (why) => note("not-activated", why));
  } catch (error) {
    note("hook-failed", error instanceof Error ? error.message : String(error));
  }
}

function beatFor(
  root: Root,
  id: string,
  event: HookEvent,
  everySeconds: number,
  now: Date,
  onLater: (why: string) => void,
): void {
  const writer = { host: hostName(), boot_id: bootId(), pid: agentPid() };
  const saidAfter = (last: Heartbeat | undefined) => saidBy(event, sinceBoot(last, writer), now);
  const facts = observeCell(root, id);
  const last = valueOf(facts.heartbeat);
  const said = saidAfter(last);
  if (said === undefined || isTold(said, last, everySeconds, now)) return;
  const runId = shortened(event.session_id ?? crypto.randomUUID(), RUN_ID_LIMIT);
  const next = (before: Heartbeat | undefined) =>
    nextBeat(id, saidAfter(before) ?? said, before, writer, runId, now);
  // Calls of tools begin and end at once: none may be lost between another hook's look and its beat.
  inTurn(root, facts, () => writeNext(root, id, next, now, onLater));
}

/** The process that called the hook: an agent, which may have done so through a shell. */
function agentPid(): number {
  const caller = process.ppid;
  const isShell = SHELLS.includes(kernelFile(caller, "comm")?.trim() ?? "");
  return (isShell ? processFacts(caller)?.parent : undefined) ?? caller;
}
