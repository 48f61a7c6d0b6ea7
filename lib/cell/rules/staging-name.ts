/**
 * The names under which cells are built in the root before they are renamed to their id.
 *
 *     .init-<mission id>.<boot id>.<pid namespace>.<time namespace>.<pid>.<start>.<random>
 *     .init-<mission id>.<boot id>.<pid>.<random>
 *
 * The name identifies the building process, to distinguish work in progress from what a killed
 * process left behind. The second form is that of older versions, and of hosts that do not show the
 * start and the namespaces of a process: its pid may have been reused.
 *
 * @module
 */
import type { Liveness, ProcessIdentity } from "../../contract/process-identity.ts";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const NUMBER = String.raw`\d{1,19}`;
const STAGING = new RegExp(
  String.raw`^\.init-(${UUID})\.(${UUID})\.(?:(${NUMBER})\.(${NUMBER})\.)?([1-9]\d{0,9})\.(?:(${NUMBER})\.)?([0-9a-f]{8,32})$`,
);

/** Age from which staging of a dead process is abandoned; a live one touches it more often. */
const ABANDONED_AFTER_MS = 600_000;
/** The same if the process is not visible from here, as in another container. */
const INVISIBLE_ABANDONED_AFTER_MS = 86_400_000;

/** The staging directory's name for `id`; `random` distinguishes attempts of one process. */
export function stagingName(id: string, builder: ProcessIdentity, random: string): string {
  const { boot_id, pid, start_ticks, pid_namespace, time_namespace } = builder;
  const namespace = numberOf(pid_namespace);
  if (start_ticks === undefined || namespace === undefined)
    return `.init-${id}.${boot_id}.${pid}.${random}`;
  const places = `${namespace}.${numberOf(time_namespace) ?? 0}`;
  return `.init-${id}.${boot_id}.${places}.${pid}.${start_ticks}.${random}`;
}

/** The number in a namespace's name. */
const numberOf = (namespace = ""): string | undefined => /\d+/.exec(namespace)?.[0];

/** The process that builds under a staging name; undefined for any other name. */
export function stagingBuilder(name: string): ProcessIdentity | undefined {
  const [, , boot, space, time, pid, start] = STAGING.exec(name) ?? [];
  if (boot === undefined || (space === undefined) !== (start === undefined)) return undefined;
  const builder = { boot_id: boot, pid: Number(pid) };
  if (space === undefined) return builder;
  return {
    ...builder,
    start_ticks: Number(start),
    pid_namespace: `pid:[${space}]`,
    ...(time === "0" ? {} : { time_namespace: `time:[${time}]` }),
  };
}

/**
 * True when staging may be removed: untouched for 10 minutes if its process is gone, for a day
 * if that process is not visible from here, and never while it is alive.
 */
export const isAbandoned = (ageMs: number, builder: Liveness): boolean =>
  builder !== "alive" &&
  ageMs > (builder === "gone" ? ABANDONED_AFTER_MS : INVISIBLE_ABANDONED_AFTER_MS);
