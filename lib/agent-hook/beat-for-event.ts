/**
 * Writes a beat for an event of an agent's session.
 *
 * @module
 */
import { resolve } from "node:path";
import { type BeatFields, nextBeat, sameBootBeat, type Vouching } from "../cell/rules/next-beat.ts";
import { beatContentAfter, isRedundant } from "./rules/event-beat.ts";
import { defined } from "../base/defined.ts";
import { printable, shortened } from "../base/printable.ts";
import { valueOf } from "../contract/facts.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { HookEvent } from "./rules/hook-event.ts";
import { writeNextBeat } from "../cell/heartbeat/beat.ts";
import { surroundingMission } from "../cell/mission-id.ts";
import { tryAppendToLog } from "../cell/best-effort-log.ts";
import { observeCell } from "../cell/observe.ts";
import { authorOf } from "../cell/heartbeat/beat-author.ts";
import { asOtherWriter, isAtWork } from "../cell/rules/other-writer.ts";
import { withHeartbeatLock } from "../cell/heartbeat/heartbeat-lock.ts";
import type { Root } from "../host/files/directory.ts";
import { bootId, hostName } from "../host/host.ts";
import { vouchingToKeep } from "../cell/heartbeat/vouching-to-keep.ts";
import { type AgentCli, findAgentCli } from "./agent-cli.ts";

const RUN_ID_CHARACTERS = 100;

/**
 * Beats for an event in the cell of MISSION_ID, or of the event's directory. Writes nothing if the
 * last beat has the same content and is not older than `everySeconds`. `event` is undefined if it
 * could not be read. Errors go to the cell's log.
 */
export function handleHookEvent(
  root: Root,
  event: HookEvent | undefined,
  everySeconds: number,
): void {
  const directory = event?.cwd === undefined ? undefined : resolve(event.cwd);
  const id = surroundingMission(root, directory);
  const now = new Date();
  const log = (name: string, why: string) =>
    tryAppendToLog(root, id, { program: "heartbeat hook", event: name, why: printable(why) }, now);
  try {
    if (event === undefined) throw new Error("Cannot read an event from stdin");
    const onDeferred = (why: string) => log("not-activated", why);
    beatForEvent(event, { root, id, now, everySeconds, onDeferred });
  } catch (error) {
    log("hook-failed", error instanceof Error ? error.message : String(error));
  }
}

interface BeatTarget {
  readonly root: Root;
  readonly id: string;
  readonly now: Date;
  readonly everySeconds: number;
  /** Receives the reason when the mission is not activated by this beat. */
  readonly onDeferred: (why: string) => void;
}

function beatForEvent(event: HookEvent, target: BeatTarget): void {
  const { root, id, now, everySeconds, onDeferred } = target;
  const facts = observeCell(root, id);
  const last = valueOf(facts.heartbeat);
  const cli = findAgentCli(last);
  const writer = { host: hostName(), boot_id: bootId(), pid: cli.pid };
  const contentAfter = (before: Heartbeat | undefined): BeatFields | undefined => {
    const content = beatContentAfter(event, sameBootBeat(before, writer), now);
    return content && { ...content, on_events: true };
  };
  const content = contentAfter(last);
  if (content === undefined) return;
  if (isRedundant({ ...content, ...vouchingOf(cli, last) }, last, everySeconds, now)) return;
  const runId = shortened(event.session_id ?? crypto.randomUUID(), RUN_ID_CHARACTERS);
  const next = (before: Heartbeat | undefined) =>
    nextBeat(before, {
      id,
      fields: { ...(contentAfter(before) ?? content), ...otherAgent(cli, runId, before) },
      writer,
      freshRunId: runId,
      now,
      kept: vouchingOf(cli, before),
    });
  // Hooks of concurrent tool calls read and write the same list of calls: lock it, to lose none.
  withHeartbeatLock(root, facts, () => writeNextBeat({ root, id }, next, { now, onDeferred }));
}

/** Under `heartbeat run` the beat vouches for what the wrapper does; else for the agent CLI. */
function vouchingOf({ identity }: AgentCli, last: Heartbeat | undefined): Vouching {
  const kept = vouchingToKeep(last);
  return kept.runner === undefined && identity !== undefined ? { process: identity } : kept;
}

/**
 * Another agent on this host that beats in the cell as well: the writer of the last beat, or the one that this
 * agent's last beat named.
 */
function otherAgent(
  { identity }: AgentCli,
  runId: string,
  last: Heartbeat | undefined,
): Pick<BeatFields, "other_writer"> {
  if (last === undefined || identity === undefined || !isAtWork(last)) return {};
  const author = authorOf(last, { runner: identity, runId });
  if (author.who === "other")
    return author.here === undefined ? {} : { other_writer: asOtherWriter(last) };
  return author.who === "agent" ? defined({ other_writer: last.other_writer }) : {};
}
