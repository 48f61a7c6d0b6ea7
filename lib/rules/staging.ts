/**
 * The names under which a cell is built before it appears, beside the cells in the root.
 *
 *     .init-<mission id>.<boot id>.<pid>.<random>
 *
 * The name says who builds, so that what a killed maker left can be told from work in
 * progress.
 *
 * @module
 */

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const STAGING = new RegExp(`^\\.init-(${UUID})\\.(${UUID})\\.([1-9]\\d{0,9})\\.([0-9a-f]{8,32})$`);

/** How long staging is left alone, in milliseconds; a maker at work touches it more often. */
const STAGING_REST_MS = 600_000;

export interface Maker {
  readonly boot_id: string;
  readonly pid: number;
}

/** The staging directory's name for `id`; `random` keeps two tries of one maker apart. */
export const stagingName = (id: string, maker: Maker, random: string): string =>
  `.init-${id}.${maker.boot_id}.${maker.pid}.${random}`;

/** Who builds under a staging name; undefined when it is none. */
export function stagingMaker(name: string): Maker | undefined {
  const [, , boot, pid] = STAGING.exec(name) ?? [];
  return boot === undefined ? undefined : { boot_id: boot, pid: Number(pid) };
}

/** True when left-over staging may be removed: at rest for 10 minutes, and its maker is gone. */
export const isAbandoned = (ageMs: number, makerIsAlive: boolean): boolean =>
  ageMs > STAGING_REST_MS && !makerIsAlive;
