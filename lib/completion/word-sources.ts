/**
 * Which words the flags and arguments of each command take, from their one definition.
 *
 * @module
 */
import { REQUESTED_STEPS } from "../cell/mission/mission-words.ts";
import { TOPICS } from "../cli/show-docs.ts";
import { JobStatus } from "../contract/job.ts";
import { MISSION_STATUSES } from "../contract/mission.ts";
import { FLEET_STEPS } from "../fleet/commands/fleet-order.ts";
import { JobVerb } from "../jobs/commands/job-order.ts";
import { LockMode } from "../run/job-flags.ts";
import { TABLE_COLUMN_NAMES } from "../scan/table-columns.ts";
import { ORDER_NAMES, takesMission } from "../supervise/commands/order-flags.ts";
import { FORMAT_NAMES } from "../supervise/notify/rules/formats.ts";
import { STATUS_WORDS } from "../verdict/display-status.ts";
import { SHELL_NAMES } from "./shell-script.ts";

/** The words to offer, with `isList` several separated by commas; or the kind of names to search for. */
export type WordSource =
  | { readonly words: readonly string[]; readonly isList?: boolean }
  | "cells"
  | "jobs"
  | "files"
  | "directories";

/** The sources for a value; `given` are the arguments before it. */
type Sources = (given: readonly string[]) => readonly WordSource[];

const oneOf = (words: readonly string[]): Sources => {
  const sources = [{ words }];
  return () => sources;
};
const listOf = (words: readonly string[]): Sources => {
  const sources = [{ words, isList: true }];
  return () => sources;
};
const cells: Sources = () => ["cells"];
const jobs: Sources = () => ["jobs"];

/** A mission and a step, in either order. */
const missionOrStep: Sources = ([given]) => {
  if (given === undefined) return [{ words: REQUESTED_STEPS }, "cells"];
  return REQUESTED_STEPS.includes(given) ? ["cells"] : [{ words: REQUESTED_STEPS }];
};

/** By the name of the tool, then of the flag or argument. */
export const WORD_SOURCES: Readonly<Record<string, Readonly<Record<string, Sources>>>> = {
  "init-cell": { status: oneOf(MISSION_STATUSES), "uuid...": () => [] },
  mission: { uuid: missionOrStep, step: missionOrStep },
  scan: {
    status: listOf(STATUS_WORDS),
    columns: listOf(TABLE_COLUMN_NAMES),
    sort: oneOf(TABLE_COLUMN_NAMES),
    "report-version": oneOf(["1", "2"]),
  },
  heartbeat: { job: jobs, status: oneOf(JobStatus.options) },
  "heartbeat run": { job: jobs, lock: oneOf(LockMode.options) },
  supervise: {
    order: oneOf(ORDER_NAMES),
    uuid: ([order]) =>
      ORDER_NAMES.some((each) => each === order && takesMission(each)) ? ["cells"] : [],
  },
  "lazarus-pit jobs": {
    verb: oneOf(JobVerb.options),
    job: ([verb]) => (verb === "list" ? [] : ["jobs"]),
  },
  "lazarus-pit notify": { format: oneOf(FORMAT_NAMES) },
  "lazarus-pit fleet": {
    step: oneOf(FLEET_STEPS),
    name: ([step = ""]) => (["snooze", "quarantine", "release"].includes(step) ? ["cells"] : []),
  },
  "lazarus-pit docs": { topic: oneOf(Object.keys(TOPICS)) },
  "lazarus-pit completion": { shell: oneOf(SHELL_NAMES) },
};

/** For a flag or argument without an entry above: the sources by its hint or its name. */
const USUAL: Readonly<Record<string, Sources>> = {
  file: () => ["files"],
  md: () => ["files"],
  "url|path": () => ["files"],
  dir: () => ["directories"],
  uuid: cells,
  "uuid...": cells,
};

/** The sources for the flag or argument `name` of a tool; `hint` is the hint of a flag's value. */
export function sourcesOf(tool: string, name: string, hint: string | undefined): Sources {
  const own = WORD_SOURCES[tool];
  if (own !== undefined && Object.hasOwn(own, name)) return own[name] ?? (() => []);
  const usual = hint ?? name;
  return Object.hasOwn(USUAL, usual) ? (USUAL[usual] ?? (() => [])) : () => [];
}
