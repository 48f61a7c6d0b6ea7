import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { announce, NO_SUSPICION } from "../lib/rules/announce.ts";
import { type Seen, track, trackOf } from "../lib/rules/debounce.ts";
import type { Event } from "../lib/schemas/event.ts";

const POLICY = { fire_after: 2, clear_after: 3 };
const [W, S, GONE] = ["healthy", "stale", null] as const;

/** What was noticed at each look, from a cell whose status was `first`. */
function looks(first: Seen, seen: readonly Seen[], policy = POLICY): string[] {
  let at = trackOf(first);
  return seen.map((each) => {
    const { track: next, noticed } = track(at, each, policy);
    const told = noticed === undefined ? "" : `${noticed} ${at.status}>${next.status}`;
    at = next;
    return told;
  });
}

/** Another status at each look, so many times. */
const toAndFro = (times: number): Seen[] =>
  Array.from({ length: times }, (_, at) => (at % 2 === 0 ? S : W));

const names = (events: readonly Event[]) => events.map(({ event, title }) => title ?? event);

describe("a change of status", () => {
  test("counts once so many looks agree that a cell is sick", () => {
    expect(looks(W, [W, S, S, S])).toEqual(["", "", "changed healthy>stale", ""]);
  });

  test("counts once so many looks agree that it is healthy again", () => {
    expect(looks(S, [W, W, W, W])).toEqual(["", "", "changed stale>healthy", ""]);
  });

  test("does not count where one look sees what the next does not", () => {
    expect(looks(W, [S, W, W, S, W])).toEqual(["", "", "", "", ""]);
  });

  test("counts looks that agree with each other, not with the change before", () => {
    expect(looks(W, [S, "incomplete", S, S])).toEqual(["", "", "", "changed healthy>stale"]);
  });

  test("counts at once where one look is enough", () => {
    expect(looks(W, [S], { fire_after: 1, clear_after: 1 })).toEqual(["changed healthy>stale"]);
  });

  test("a new cell and one that is gone are changes from and to none", () => {
    expect(looks(GONE, [S, S])).toEqual(["", "changed null>stale"]);
    expect(looks(W, [GONE, GONE])).toEqual(["", "changed healthy>null"]);
  });

  test("leaves the track of a cell that stays as it is the same object", () => {
    const at = trackOf(W);
    expect(track(at, W, POLICY).track).toBe(at);
  });
});

describe("flapping", () => {
  const once = { fire_after: 1, clear_after: 1 };

  test("is one event, and no change is told while it lasts", () => {
    const told = looks(W, toAndFro(40), once);
    expect(told.filter((each) => each.startsWith("flapping"))).toHaveLength(1);
    expect(told.slice(6).join("")).toBe("");
  });

  test("is noticed also where no change ever counts", () => {
    expect(looks(W, toAndFro(6))).toEqual(["", "", "", "", "", "flapping healthy>healthy"]);
  });

  test("ends with one event once a cell stays for ten looks", () => {
    const told = looks(W, [...toAndFro(6), ...Array<Seen>(11).fill(W)], once);
    expect(told.filter((each) => each !== "").slice(-1)).toEqual(["steady stale>healthy"]);
    expect(told.filter((each) => each.startsWith("steady"))).toHaveLength(1);
  });

  test("is not what a slow change to and fro is", () => {
    const slow = Array.from({ length: 60 }, (_, at): Seen => (Math.floor(at / 5) % 2 ? S : W));
    expect(looks(W, slow, once).some((each) => each.startsWith("flapping"))).toBe(false);
  });

  test("never lets more than six events through in twenty looks", () => {
    const seen = fc.array(fc.constantFrom<Seen>(W, S, GONE, "incomplete"), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(seen, (each) => looks(W, each, once).filter((told) => told !== "").length <= 6),
    );
  });
});

describe("announce()", () => {
  const at = "2026-01-01T12:00:00.000Z";
  const event = (name: Event["event"], more: Partial<Event> = {}): Event => ({
    schema_version: 1,
    at,
    event: name,
    ...more,
  });
  const silent = (n: number) =>
    event("changed", {
      title: String(n),
      from: "healthy",
      to: "stale",
      problems: [{ code: "heartbeat-old", path: "state/heartbeat.json", text: "no beat" }],
    });
  const broken = event("changed", { from: "healthy", to: "incomplete" });

  /** What is logged and told in each round. */
  function rounds(...given: [isSuspect: boolean, ...events: Event[]][]) {
    let suspicion = NO_SUSPICION;
    return given.map(([isSuspect, ...events]) => {
      const said = announce(suspicion, { at, isSuspect, stale: 7, events }, POLICY);
      suspicion = said.suspicion;
      return { log: names(said.log), tell: names(said.tell) };
    });
  }

  test("tells each event where nothing is suspect", () => {
    expect(rounds([false, silent(1), broken])).toEqual([
      { log: ["1", "changed"], tell: ["1", "changed"] },
    ]);
  });

  test("tells of a mass event once, and logs each cell of it", () => {
    expect(
      rounds([true, silent(1)], [true, silent(2), silent(3)], [true, silent(4)], [true]),
    ).toEqual([
      { log: ["1"], tell: [] },
      { log: ["2", "3", "observer-suspect"], tell: ["observer-suspect"] },
      { log: ["4"], tell: [] },
      { log: [], tell: [] },
    ]);
  });

  test("tells of what has nothing to do with a mass event as ever", () => {
    expect(rounds([true, broken], [true], [true, broken])[2]?.tell).toEqual(["changed"]);
  });

  test("tells what it held back where the suspicion was for one look only", () => {
    expect(rounds([true, silent(1)], [false, silent(2)])[1]?.tell).toEqual(["1", "2"]);
  });

  test("says when it is over", () => {
    const told = rounds([true], [true], [false], [false], [false], [false, silent(1)]);
    expect(told.map(({ tell }) => tell)).toEqual([
      [],
      ["observer-suspect"],
      [],
      [],
      ["observer-trusted"],
      ["1"],
    ]);
  });
});
