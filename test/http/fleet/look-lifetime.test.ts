/** How long a look at a fleet counts: for the probes, and for those who read its report. */
import { expect, test } from "bun:test";
import { currentUntil, isLookFresh } from "../../../lib/http/fleet/look-lifetime.ts";

const look = (kind: "sources" | "etcd", hosts: number, answered_at: string | null = null) => ({
  kind,
  hosts: { length: hosts },
  generated_at: "2026-01-31T12:01:00.000Z",
  answered_at,
});

const fresh = (hosts: number, ageMs: number, kind: "sources" | "etcd" = "sources") =>
  isLookFresh(look(kind, hosts), ageMs, 5000);

const untilAfter = (answered: string | null) => currentUntil(look("etcd", 200, answered), 5000);

test("a look is fresh for as long as many hosts may take", () => {
  expect([0, 32, 33, 1000].map((hosts) => fresh(hosts, 38_000))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(fresh(1000, 200_000)).toBe(false);
  expect(fresh(1000, 38_000, "etcd")).toBe(false);
});

test("hosts that are asked are current while the look is fresh", () => {
  expect(currentUntil(look("sources", 3), 5000)).toBe("2026-01-31T12:01:35.000Z");
  expect(currentUntil(look("sources", 200), 5000)).toBe("2026-01-31T12:02:05.000Z");
});

test("hosts of etcd are current as long as a view trusts its last answer", () => {
  expect(untilAfter("2026-01-31T12:01:00.000Z")).toBe("2026-01-31T12:01:20.000Z");
  expect(untilAfter("2026-01-31T12:00:50.000Z")).toBe("2026-01-31T12:01:10.000Z");
  expect(untilAfter(null)).toBe("2026-01-31T12:01:20.000Z");
});
