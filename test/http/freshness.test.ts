/** For how long scans and event streams count as fresh. */
import { expect, test } from "bun:test";
import { isScanFresh, KEEPALIVE_MS, STREAM_SILENCE_MS } from "../../lib/http/rules/freshness.ts";

test("a scan is fresh for three intervals, and not for longer", () => {
  expect(isScanFresh(0, 1000)).toBe(true);
  expect(isScanFresh(3000, 1000)).toBe(true);
  expect(isScanFresh(3001, 1000)).toBe(false);
});

test("a scan of unknown age is not fresh", () => {
  expect(isScanFresh(Number.NaN, 1000)).toBe(false);
});

test("one lost comment does not make a stream count as dead", () => {
  expect(STREAM_SILENCE_MS).toBeGreaterThan(2 * KEEPALIVE_MS);
});
