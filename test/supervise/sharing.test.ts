/** Remembered cells that are alike are one object, and those that differ stay apart. */
import { expect, test } from "bun:test";
import {
  newCell,
  type RememberedCell,
} from "../../lib/supervise/status/rules/cell-notifications.ts";
import { createSharing } from "../../lib/supervise/status/sharing.ts";

const AT = "2026-01-31T12:00:00.000Z";

/** A new object each time. */
const remembered = (
  code: "heartbeat-old" | "stuck",
  since: string | null = null,
): RememberedCell => {
  const cell = newCell(AT);
  return { ...cell, since, seen: { ...cell.seen, status: "stale", code } };
};

test("a remembered cell that equals the last one with its finding is that object", () => {
  const share = createSharing();
  const first = share(remembered("heartbeat-old"));
  expect(share(remembered("heartbeat-old"))).toBe(first);
  const other = remembered("stuck");
  expect(share(other)).toBe(other);
  expect(share(remembered("heartbeat-old"))).toBe(first);
});

test("a remembered cell that differs is kept as it is", () => {
  const share = createSharing();
  share(remembered("stuck"));
  const later = remembered("stuck", AT);
  expect(share(later)).toBe(later);
});
