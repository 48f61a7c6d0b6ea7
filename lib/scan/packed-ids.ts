/**
 * The ids of the cells to scan, in memory that two threads share: 36 bytes each, where a list of strings
 * takes 100 bytes each in both threads.
 *
 * @module
 */

/** The length of a canonical mission id. */
const ID_LENGTH = 36;

/** Canonical mission ids, one after the other. */
export type PackedIds = Uint8Array<SharedArrayBuffer>;

/** Packs canonical ids. */
export function packIds(ids: readonly string[]): PackedIds {
  const packed = new Uint8Array(new SharedArrayBuffer(ids.length * ID_LENGTH));
  const buffer = Buffer.from(packed.buffer);
  for (const [at, id] of ids.entries()) buffer.write(id, at * ID_LENGTH, "latin1");
  return packed;
}

/** How many ids there are. */
export const countIds = (packed: PackedIds): number => packed.length / ID_LENGTH;

/** The ids from the position `from` up to `to`, which is excluded. */
export function idsBetween(packed: PackedIds, from: number, to: number): string[] {
  const end = Math.min(to, countIds(packed));
  const text = Buffer.from(packed.buffer).toString("latin1", from * ID_LENGTH, end * ID_LENGTH);
  return Array.from({ length: end - from }, (_, at) =>
    text.slice(at * ID_LENGTH, (at + 1) * ID_LENGTH),
  );
}
