/**
 * A beat for each event of an agent's session.
 *
 * @module
 */
import { read } from "node:fs";
import { nextBeat } from "../../rules/beat.ts";
import { isTold, saidBy } from "../../rules/hook.ts";
import { parseContract } from "../../rules/parse.ts";
import { printable } from "../../rules/printable.ts";
import { valueOf } from "../../schemas/facts.ts";
import { HookEvent } from "../../schemas/hook.ts";
import { writeNext } from "../cell/beat.ts";
import { missionMeant } from "../cell/here.ts";
import { noteInLog } from "../cell/note.ts";
import { observeCell } from "../cell/observe.ts";
import type { Root } from "../host/directory.ts";
import { bootId, hostName } from "../host/host.ts";
import { kernelFile, processFacts } from "../host/process.ts";

/** An agent may hand over a whole file that it writes. */
const EVENT_LIMIT = 32 * 1024 * 1024;
/** The end of an object. */
const CLOSING = "}".charCodeAt(0);
/** An agent hands its event over at once. */
const PATIENCE_MS = 3000;
const SHELLS = ["sh", "bash", "dash", "zsh", "ash", "busybox"];

/**
 * Reads an event from stdin and beats in the cell that is meant, unless the last beat says the
 * same and is not older than `everySeconds`. Whatever goes wrong is noted in the cell's log.
 */
export async function takeEvent(root: Root, everySeconds: number): Promise<void> {
  const text = await readEvent();
  const event = text === undefined ? undefined : valueOf(parseContract(text, HookEvent));
  const id = missionMeant(undefined, root, event?.cwd);
  const now = new Date();
  try {
    if (event === undefined) throw new Error("What came on stdin is no event");
    beatFor(root, id, event, everySeconds, now);
  } catch (error) {
    const why = printable(error instanceof Error ? error.message : String(error));
    noteInLog(root, id, { program: "heartbeat hook", event: "hook-failed", why }, now);
  }
}

function beatFor(root: Root, id: string, event: HookEvent, every: number, now: Date): void {
  const said = saidBy(event);
  if (said === undefined) return;
  if (isTold(said, valueOf(observeCell(root, id).heartbeat), every, now)) return;
  const writer = { host: hostName(), boot_id: bootId(), pid: agentPid() };
  const runId = event.session_id ?? crypto.randomUUID();
  writeNext(root, id, (last) => nextBeat(id, said, last, writer, runId, now), now);
}

/** The process that called the hook: an agent, which may have done so through a shell. */
function agentPid(): number {
  const caller = process.ppid;
  const isShell = SHELLS.includes(kernelFile(caller, "comm")?.trim() ?? "");
  return (isShell ? processFacts(caller)?.parent : undefined) ?? caller;
}

/** All of stdin; undefined when it is too much, or does not come. */
async function readEvent(): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  const text = await Promise.race([readAll(), promise]);
  clearTimeout(timer);
  return text;
}

async function readAll(): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; length <= EVENT_LIMIT;) {
    const chunk = await readChunk();
    if (chunk.length === 0) return Buffer.concat(chunks).toString();
    chunks.push(chunk);
    length += chunk.length;
    const text = chunk.at(-1) === CLOSING ? Buffer.concat(chunks).toString() : "";
    if (isEvent(text)) return text;
  }
  return undefined;
}

/** A caller need not close our stdin: what came is enough when it is whole. */
const isEvent = (text: string): boolean => parseContract(text, HookEvent).outcome === "read";

const readChunk = (): Promise<Uint8Array> =>
  new Promise((resolve) => {
    const buffer = new Uint8Array(65_536);
    read(0, buffer, 0, buffer.length, null, (error, length) =>
      resolve(buffer.subarray(0, error === null ? length : 0)),
    );
  });
