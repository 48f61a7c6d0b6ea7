/**
 * What etcd answers to a transaction. The gateway leaves out fields that are zero, false or empty.
 *
 * @module
 */
import * as v from "valibot";

const Digits = v.pipe(v.string(), v.regex(/^\d{1,19}$/));
const Revision = v.optional(Digits, "0");

const KeyValueAnswer = v.object({
  key: v.string(),
  value: v.optional(v.string(), ""),
  mod_revision: Revision,
});
const RangeAnswer = v.object({
  kvs: v.optional(v.array(KeyValueAnswer), []),
  count: Revision,
  more: v.optional(v.boolean(), false),
});
const TxnAnswer = v.object({
  header: v.object({ revision: Digits, cluster_id: v.string() }),
  succeeded: v.optional(v.boolean(), false),
  responses: v.optional(v.array(v.object({ response_range: v.optional(RangeAnswer) })), []),
});

/** A key with its value as bytes, and the revision that last wrote it. */
export interface KeyValue {
  readonly key: string;
  /** In base64: a reader of large values decodes them itself. */
  readonly base64: string;
  readonly revision: number;
}

/** The keys in a range; `count` counts all of it, whatever the limit and filters were. */
export interface KeyRange {
  readonly keys: readonly KeyValue[];
  readonly count: number;
  readonly isPartial: boolean;
  /** The last key in base64, as etcd has it: not all keys are text. Undefined without keys. */
  readonly lastKey: string | undefined;
}

export interface Txn {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly cluster: string;
  /** The range of each operation; empty for one that is not a range. */
  readonly ranges: readonly KeyRange[];
}

const NO_KEYS: KeyRange = { keys: [], count: 0, isPartial: false, lastKey: undefined };

export const textOf = (base64: string): string => Buffer.from(base64, "base64").toString();

/** The transaction in an answer; undefined if it is not one of etcd. */
export function readTxn(json: object): Txn | undefined {
  const parsed = v.safeParse(TxnAnswer, json);
  if (!parsed.success) return undefined;
  const { header, succeeded, responses } = parsed.output;
  return {
    succeeded,
    revision: Number(header.revision),
    cluster: header.cluster_id,
    ranges: responses.map(({ response_range: range }) => rangeIn(range)),
  };
}

function rangeIn(range: v.InferOutput<typeof RangeAnswer> | undefined): KeyRange {
  if (range === undefined) return NO_KEYS;
  const keys = range.kvs.map(({ key, value, mod_revision }) => ({
    key: textOf(key),
    base64: value,
    revision: Number(mod_revision),
  }));
  const lastKey = range.kvs.at(-1)?.key;
  return { keys, count: Number(range.count), isPartial: range.more, lastKey };
}

/** The value of the only key that an operation read; undefined if the key is absent. */
export function valueIn({ ranges }: Txn, operation: number): string | undefined {
  const found = ranges[operation]?.keys[0];
  return found === undefined ? undefined : textOf(found.base64);
}
