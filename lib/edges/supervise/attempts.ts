/**
 * Attempts on disk: claimed before their command starts, and never twice.
 *
 * @module
 */
import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../rules/printable.ts";
import { FILE_MODE } from "../../schemas/cell.ts";
import { Claim, Outcome } from "../../schemas/attempt.ts";
import { valueOf } from "../../schemas/facts.ts";
import { isCanonicalId } from "../../schemas/id.ts";
import { withDirectory } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { addFile } from "../host/replace.ts";
import { makeDirectory } from "../host/state-folder.ts";
import { readState, type Store, writeState } from "./store.ts";

/** An attempt as it is on disk: what cannot be read of it is undefined. */
export interface AttemptRecord {
  readonly digest: string;
  readonly number: number;
  readonly claim: Claim | undefined;
  readonly outcome: Outcome | undefined;
}

/** Where the attempts for a cell are. */
export const folderOf = ({ folder }: Store, id: string): string => join(folder, "attempts", id);

const NAME = /^([0-9a-f]{16})-(\d{1,9})\.claim\.json$/;
const nameOf = (digest: string, number: number, what: "claim" | "outcome"): string =>
  `${digest}-${String(number).padStart(4, "0")}.${what}.json`;

/**
 * The attempts for a cell, in no order.
 *
 * @throws {OperatorError} when they cannot be read.
 */
export function recordsOf(store: Store, id: string): AttemptRecord[] {
  const folder = folderOf(store, id);
  return namesIn(folder).flatMap((name) => recordIn(folder, name));
}

function recordIn(folder: string, name: string): AttemptRecord[] {
  const [, digest, number] = NAME.exec(name) ?? [];
  if (digest === undefined) return [];
  const pathOf = (what: "claim" | "outcome") => join(folder, nameOf(digest, Number(number), what));
  const claim = valueOf(readState(pathOf("claim"), Claim));
  const outcome = valueOf(readState(pathOf("outcome"), Outcome));
  return [{ digest, number: Number(number), claim, outcome }];
}

/** The number of the next attempt on one beat. */
export const nextNumber = (records: readonly AttemptRecord[], digest: string): number =>
  1 + Math.max(0, ...records.filter((each) => each.digest === digest).map((each) => each.number));

/** The missions for which something was tried. */
export const triedMissions = ({ folder }: Store): string[] =>
  namesIn(join(folder, "attempts")).filter(isCanonicalId);

/**
 * Claims an attempt, durably; false when another process had claimed it, or a later one: its
 * number may then have been forgotten.
 *
 * @throws {OperatorError} when it cannot be written: then nothing may be started.
 */
export function claimAttempt(store: Store, claim: Claim): boolean {
  const folder = folderOf(store, claim.mission_id);
  makeDirectory(folder);
  const name = nameOf(claim.digest, claim.number, "claim");
  try {
    const isNew = withDirectory(folder, (dir) => addFile(dir, name, textOf(claim), FILE_MODE));
    return isNew && isLast(folder, claim);
  } catch (error) {
    throw systemFailure(error, `Cannot claim an attempt in ${quoted(folder)}`, "io_error");
  }
}

const isLast = (folder: string, { digest, number }: Claim): boolean =>
  namesIn(folder)
    .map((name) => NAME.exec(name))
    .every((match) => match?.[1] !== digest || Number(match[2]) <= number);

/**
 * Keeps how an attempt ended.
 *
 * @throws {OperatorError} when it cannot be written: then nobody saw its end.
 */
export function recordOutcome(store: Store, claim: Claim, outcome: Outcome): void {
  const name = nameOf(claim.digest, claim.number, "outcome");
  writeState(join(folderOf(store, claim.mission_id), name), textOf(outcome));
}

/** Forgets an attempt. */
export function forget(store: Store, id: string, { digest, number }: AttemptRecord): void {
  for (const what of ["outcome", "claim"] as const)
    removeQuietly(join(folderOf(store, id), nameOf(digest, number, what)));
}

const textOf = (value: Claim | Outcome): string => `${JSON.stringify(value)}\n`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw systemFailure(error, `Cannot read the attempts in ${quoted(folder)}`, "io_error");
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // One too many is kept.
  }
}
