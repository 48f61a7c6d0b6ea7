/**
 * The parts of an etcd transaction as its JSON gateway takes them: keys and values in base64,
 * 64-bit numbers as text.
 *
 * @module
 */
import { endOfRange } from "../rules/keys.ts";

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");

/** How many keys a request has at most: etcd accepts 128 operations in one. */
export const MOST_KEYS = 50;

/** An operation of a transaction. */
export type Operation = Readonly<Record<string, object>>;
/** A condition of a transaction. */
export type TxnCondition = Readonly<Record<string, string>>;

/** Writes a key, on a lease if one is given. */
export const putKey = (key: string, value: string | Uint8Array, lease?: string): Operation => ({
  request_put: {
    key: base64(key),
    value: base64(value),
    ...(lease === undefined ? {} : { lease }),
  },
});
export const getKey = (key: string): Operation => ({ request_range: { key: base64(key) } });
/** Reads the revision of a key, without its value. */
export const getRevision = (key: string): Operation => ({
  request_range: { key: base64(key), keys_only: true },
});
export const removeKey = (key: string): Operation => ({
  request_delete_range: { key: base64(key) },
});
/**
 * Reads the keys that start with `start`, which ends with a slash, beginning at `first`; `more` are
 * fields of a range.
 */
export const listKeys = (
  start: string,
  more: object = {},
  first: string | Uint8Array = start,
): Operation => ({
  request_range: { key: base64(first), range_end: base64(endOfRange(start)), ...more },
});

export const isAbsent = (key: string): TxnCondition => ({
  key: base64(key),
  target: "CREATE",
  result: "EQUAL",
  create_revision: "0",
});
/** The key was last written by the transaction with this revision. */
export const isWrittenAt = (key: string, revision: number): TxnCondition => ({
  key: base64(key),
  target: "MOD",
  result: "EQUAL",
  mod_revision: String(revision),
});
export const hasValue = (key: string, value: string): TxnCondition => ({
  key: base64(key),
  target: "VALUE",
  result: "EQUAL",
  value: base64(value),
});
