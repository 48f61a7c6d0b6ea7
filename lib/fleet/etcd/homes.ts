/**
 * The homes of a host's missions. A mission's home is the one host that may revive it: the first
 * that asked while there was none.
 *
 * @module
 */
import { readAllKeys } from "./all-keys.ts";
import {
  getKey,
  hasValue,
  isAbsent,
  isWrittenAt,
  MOST_KEYS,
  putKey,
  removeKey,
} from "./operations.ts";
import { type HostContext, SessionOver } from "./session.ts";
import { textOf, valueIn } from "./txn-answer.ts";

const LONGEST_NAME = 253;
/** A cell that is gone for this long has left the host. */
const GONE_SECONDS = 600;

export interface Homes {
  /** The homes by mission, as far as this session asked for them. */
  readonly known: ReadonlyMap<string, string>;
  /** Forgets what earlier sessions knew: another host may have got a home since. */
  reset(): void;
  /**
   * Takes the missions that have no home, and asks for the homes of those whose home is elsewhere
   * or was not asked for in this session: these first. Ends early once `hasTime` is false; the next
   * call goes on.
   */
  claim(ids: readonly string[], session: number, hasTime: () => boolean): Promise<void>;
  /** Looks for homes that an earlier process had, so that those of cells that are gone get free. */
  recall(): Promise<void>;
  /**
   * Forgets the homes of cells that were not among `ids` for ten minutes, by `uptime` in seconds. They
   * are removed from etcd by `removeForgotten`, once this host acts on them no more.
   */
  forgetGone(ids: ReadonlySet<string>, uptime: number): void;
  /**
   * Removes them from etcd, until `hasTime` is false; the next call goes on. If this throws, the session
   * must end: the request may arrive late, and hit a home that this session took again.
   *
   * @throws {SessionOver} if the session ended; {EtcdError} otherwise.
   */
  removeForgotten(session: number, hasTime: () => boolean): Promise<void>;
}

export function createHomes(host: HostContext): Homes {
  const { etcd, keys, name } = host;
  const known = new Map<string, string>();
  /** Homes of earlier sessions and processes. */
  const held = new Set<string>();
  const goneSince = new Map<string, number>();
  /** Not yet removed from etcd. */
  const forgotten = new Set<string>();
  const inSession = (session: number) => isWrittenAt(keys.host("alive", name), session);

  /** Takes all of them if none has a home; else those without one. */
  async function claimSome(ids: readonly string[], session: number): Promise<void> {
    const homes = ids.map(keys.home);
    const puts = homes.map((key) => putKey(key, name));
    const conditions = [inSession(session), ...homes.map(isAbsent)];
    const all = await etcd.txn(conditions, puts, homes.map(getKey));
    const found = ids.map((id, at) => [id, all.succeeded ? name : valueIn(all, at)] as const);
    for (const [id, home] of found) note(id, home);
    const free = found.flatMap(([id, home]) => (home === undefined ? [id] : []));
    if (free.length > 0) await takeFree(free, session);
  }

  async function takeFree(ids: readonly string[], session: number): Promise<void> {
    const homes = ids.map(keys.home);
    const conditions = [inSession(session), ...homes.map(isAbsent)];
    const taken = await etcd.txn(
      conditions,
      homes.map((key) => putKey(key, name)),
    );
    // Otherwise another host was faster with one of them: the next tick asks again.
    if (taken.succeeded) for (const id of ids) note(id, name);
  }

  async function removeHome(key: string, session: number): Promise<void> {
    const isOurs = [inSession(session), hasValue(key, name)];
    const done = await etcd.txn(isOurs, [removeKey(key)], [getKey(key)]);
    if (!done.succeeded && valueIn(done, 0) === name)
      throw new SessionOver("its key in etcd changed");
  }

  /** Other hosts write these values too. */
  const note = (id: string, home: string | undefined): unknown =>
    home === undefined ? known.delete(id) : known.set(id, home.slice(0, LONGEST_NAME));

  return {
    known,
    reset() {
      for (const [id, home] of known) if (home === name) held.add(id);
      known.clear();
    },
    async claim(ids, session, hasTime) {
      for (const id of ids) forgotten.delete(id);
      const others = ids.filter((id) => known.has(id) && known.get(id) !== name);
      const asked = [...ids.filter((id) => !known.has(id)), ...others];
      for (let at = 0; at < asked.length && (at === 0 || hasTime()); at += MOST_KEYS)
        await claimSome(asked.slice(at, at + MOST_KEYS), session);
    },
    async recall() {
      const start = keys.all("homes");
      for (const { key, base64 } of await readAllKeys(etcd, start))
        if (textOf(base64) === name) held.add(key.slice(start.length));
    },
    forgetGone(ids, uptime) {
      for (const id of ids) {
        goneSince.delete(id);
        held.delete(id);
      }
      for (const id of new Set([...known.keys(), ...held])) {
        if (ids.has(id)) continue;
        const since = goneSince.get(id) ?? uptime;
        goneSince.set(id, since);
        if (uptime - since < GONE_SECONDS) continue;
        if (held.delete(id) || known.get(id) === name) forgotten.add(id);
        known.delete(id);
        goneSince.delete(id);
      }
    },
    async removeForgotten(session, hasTime) {
      for (const id of forgotten) {
        if (!hasTime()) return;
        await removeHome(keys.home(id), session);
        forgotten.delete(id);
      }
    },
  };
}
