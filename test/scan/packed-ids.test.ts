/**
 * Packed ids are the ids that were packed, in their order.
 */
import { expect, test } from "bun:test";
import { countIds, idsBetween, packIds } from "../../lib/scan/packed-ids.ts";
import { idOf } from "../tools/cells.ts";

const ids = Array.from({ length: 150 }, (_, n) => idOf(n * 7919));

test("ids come out as they were packed, also those of a last block that is not full", () => {
  const packed = packIds(ids);
  expect(countIds(packed)).toBe(150);
  expect([0, 64, 128].flatMap((from) => idsBetween(packed, from, from + 64))).toEqual(ids);
  expect(countIds(packIds([]))).toBe(0);
});

test("an id takes 36 bytes, which threads share", () => {
  const packed = packIds(ids);
  expect(packed.byteLength).toBe(36 * 150);
  expect(packed.buffer).toBeInstanceOf(SharedArrayBuffer);
});
