/**
 * The outbox: the messages of each route that its receiver has not taken yet, one file each.
 *
 *     outbox/<route>/<sequence>.json   a waiting message
 *     outbox/<route>/delivered.json    the last one that was taken
 *     outbox/<route>/refused.json      the last one that its receiver refused
 *
 * A message is taken by a single rename, so that a crash leaves it either waiting or taken. These two
 * files also keep the highest number, so that none is given twice.
 *
 * @module
 */
import { readdirSync, readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { printableJson, quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { Message } from "../../contract/event.ts";
import { parseContract } from "../../contract/parse.ts";
import { replaceFile } from "../../host/files/atomic-file.ts";
import { at, syncDirectory, withDirectory } from "../../host/files/directory.ts";
import { createDirectory, type StorePaths } from "../../host/files/state-dir.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";

const NAME = /^(\d{12})\.json$/;

const outboxOf = ({ storeDir }: StorePaths): string => join(storeDir, "outbox");
const directoryOf = (state: StorePaths, route: string): string => join(outboxOf(state), route);
const fileName = (sequence: number): string => `${String(sequence).padStart(12, "0")}.json`;

/** The routes that have an outbox, whether they are still configured or not. */
export const routesWithOutbox = (state: StorePaths): string[] => listIfPresent(outboxOf(state));

/** The sequence numbers of the messages that wait, oldest first. */
export const waitingMessages = (state: StorePaths, route: string): number[] =>
  listIfPresent(directoryOf(state, route))
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);

/**
 * The text of a waiting message; undefined when it is damaged, or gone from its directory.
 *
 * @throws {OperatorError} when it cannot be read now, or its whole directory is gone.
 */
export function readWaiting(
  state: StorePaths,
  route: string,
  sequence: number,
): string | undefined {
  const directory = directoryOf(state, route);
  const text = textIfPresent(join(directory, fileName(sequence)));
  if (text === undefined) checkPresent(directory);
  return messageIn(text) === undefined ? undefined : text;
}

/** The oldest message that waits; undefined without one. */
export function oldestWaiting(state: StorePaths, route: string): Message | undefined {
  const [first] = waitingMessages(state, route);
  return first === undefined ? undefined : messageIn(readWaiting(state, route, first));
}

/** How a message ended. */
export type MessageEnd = "delivered" | "refused";

/** The last message that ended so; undefined without one. */
export const lastEnded = (state: StorePaths, route: string, end: MessageEnd): Message | undefined =>
  messageIn(textIfPresent(join(directoryOf(state, route), endFile(end))));

const endFile = (end: MessageEnd): string => `${end}.json`;

/** A message as its receiver gets it. */
export const messageText = (message: Message): string => `${printableJson(message)}\n`;

/**
 * Writes a message, durably.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export function saveMessage(state: StorePaths, message: Message): void {
  writeInOutbox(state, message, fileName(message.sequence));
}

/** Records, durably, how a message ended that is not in the outbox. Throws as `markEnded` does. */
export const saveEnded = (state: StorePaths, message: Message, end: MessageEnd): void =>
  writeInOutbox(state, message, endFile(end));

function writeInOutbox(state: StorePaths, message: Message, name: string): void {
  const directory = directoryOf(state, message.route);
  for (const path of [outboxOf(state), directory]) createDirectory(path);
  inOutbox(directory, (dir) => replaceFile(dir, name, messageText(message), FILE_MODE));
}

/**
 * Records, durably, that a message was taken or refused.
 *
 * @throws {OperatorError} when that is not possible: it is then sent again after a restart.
 */
export function markEnded(
  state: StorePaths,
  { route, sequence, end }: { readonly route: string; sequence: number; end: MessageEnd },
): void {
  const directory = directoryOf(state, route);
  inOutbox(directory, (dir) => {
    const rename = () => renameSync(at(dir, fileName(sequence)), at(dir, endFile(end)));
    ifPresent(rename, `Cannot change the outbox ${quoted(directory)}`);
    syncDirectory(dir);
  });
}

/**
 * Removes a message that is not to be sent.
 *
 * @throws {OperatorError} when it cannot be removed.
 */
export const dropMessage = (state: StorePaths, route: string, sequence: number): void =>
  inOutbox(directoryOf(state, route), (dir) => unlinkSync(at(dir, fileName(sequence))));

function inOutbox(directory: string, work: (dir: number) => void): void {
  try {
    withDirectory(directory, work);
  } catch (error) {
    throw systemFailure(error, `Cannot change the outbox ${quoted(directory)}`, "io_error");
  }
}

/** The message of a text; undefined if it is none. */
export function messageIn(text: string | undefined): Message | undefined {
  const message = text === undefined ? undefined : parseContract(text, Message);
  return message?.outcome === "read" ? message.value : undefined;
}

function textIfPresent(path: string): string | undefined {
  return ifPresent(() => readFileSync(path, "utf8"), `Cannot read ${quoted(path)}`);
}

/** @throws {OperatorError} when there is no such directory. */
export function checkPresent(directory: string): void {
  try {
    statSync(directory);
  } catch (error) {
    throw systemFailure(error, `Cannot read ${quoted(directory)}`, "io_error");
  }
}

const listIfPresent = (path: string): string[] =>
  ifPresent(() => readdirSync(path), `Cannot list ${quoted(path)}`) ?? [];

function ifPresent<T>(read: () => T, doing: string): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw systemFailure(error, doing, "io_error");
  }
}
