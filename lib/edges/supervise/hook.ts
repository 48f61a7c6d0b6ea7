/**
 * The operator's program that is told of events: one message after the other, beside the rounds.
 *
 * @module
 */
import { printable, printableJson } from "../../rules/printable.ts";
import type { Message } from "../../schemas/event.ts";
import type { Notify } from "../../schemas/revive.ts";
import { runAside } from "../host/aside.ts";
import { tellBeside } from "../host/beside.ts";

/** Messages that wait behind one that hangs; the oldest of more are dropped. */
const LONGEST_QUEUE = 100;

export interface Hook {
  /** Hands a message to the program that is configured now. */
  send(message: Message, notify: Notify): void;
  /** Waits until all messages were handed over. */
  end(): Promise<void>;
}

/** Starts with nothing to tell. */
export function startHook(): Hook {
  const queue: { message: Message; notify: Notify }[] = [];
  let working = Promise.resolve();
  let isWorking = false;

  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await handOver(next.message, next.notify);
    isWorking = false;
  }

  return {
    send(message, notify) {
      if (queue.length >= LONGEST_QUEUE) {
        queue.shift();
        tellBeside("supervise: notify: too many messages wait, the oldest was dropped\n");
      }
      queue.push({ message, notify });
      if (isWorking) return;
      isWorking = true;
      working = work();
    },
    end: () => working,
  };
}

async function handOver(message: Message, { command, timeout_seconds }: Notify): Promise<void> {
  const ended = await runAside(command, {
    input: `${printableJson(message)}\n`,
    timeoutMs: 1000 * timeout_seconds,
  });
  if (ended.exitCode === 0) return;
  const how = ended.timedOut
    ? `took more than ${timeout_seconds} s and was ended`
    : (ended.error ?? `ended with ${ended.exitCode ?? ended.signal}`);
  const said = ended.tail.trim();
  tellBeside(
    printable(`supervise: notify: ${command[0]} ${how}${said === "" ? "" : `: ${said}`}`) + "\n",
  );
}
