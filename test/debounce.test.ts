import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { announce, NO_SUSPICION } from "../lib/rules/announce.ts";
import { type Seen, track, trackOf } from "../lib/rules/debounce.ts";
import { idOf } from "./tools/cells.ts";
import type { Event } from "../lib/schemas/event.ts";

const POLICY = { fire_after: 2, clear_after: 3 };
const [W, S, GONE] = ["healthy", "stale", null] as const;

/** What was noticed at each look, from a cell whose status was `first`. */
function looks(first: Seen, seen: readonly Seen[], policy = POLICY): string[] {
  let at = trackOf(first);
  return seen.map((each, look) => {
    const { track: next, noticed } = track(at, each, look + 1, policy);
    const told = noticed === undefined ? "" : `${noticed} ${at.status}>${next.status}`;
    at = next;
    return told;
  });
}

/** A status that turns every so many looks. */
const every = (period: number, count: number): Seen[] =>
  Array.from({ length: count }, (_, at) => (Math.floor(at / period) % 2 === 0 ? S : W));

const saidOf = (told: readonly string[]) => told.filter((each) => each !== "");

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
    expect(track(at, W, 7, POLICY).track).toBe(at);
  });
});

describe("flapping", () => {
  const once = { fire_after: 1, clear_after: 1 };
  test("is one event, and no change is told while it lasts", () => {
    const told = looks(W, toAndFro(200), once);
    expect(saidOf(told).filter((each) => each.startsWith("flapping"))).toHaveLength(1);
    expect(saidOf(told.slice(8))).toEqual([]);
  });

  test("is noticed also where no change ever counts", () => {
    expect(saidOf(looks(W, toAndFro(10)))).toEqual(["flapping healthy>healthy"]);
  });

  test("ends with one event once a cell stays for thirty looks", () => {
    const told = looks(W, [...toAndFro(10), ...Array<Seen>(32).fill(S)], once);
    expect(saidOf(told).slice(-1)).toEqual(["steady healthy>stale"]);
    expect(saidOf(told).filter((each) => each.startsWith("steady"))).toHaveLength(1);
  });

  test.each([2, 4, 7, 20])("is also what turns every %d looks", (period) => {
    const told = saidOf(looks(W, every(period, 8640), once));
    expect(told.filter((each) => each.startsWith("flapping"))).toHaveLength(1);
    expect(told.length).toBeLessThan(12);
  });

  test("is not what turns every ten minutes", () => {
    expect(looks(W, every(60, 8640), once).some((each) => each.startsWith("flapping"))).toBe(false);
  });

  test("leaves few events a day for any cell, whatever it does", () => {
    const periods = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(periods, (each) => {
        const seen = each.flatMap((period, at) => Array<Seen>(period).fill(at % 2 === 0 ? S : W));
        const told = saidOf(looks(W, seen, once));
        return told.length <= 8 + seen.length / 25;
      }),
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
      mission_id: idOf(n),
      title: String(n),
      from: "healthy",
      to: "stale",
      problems: [{ code: "heartbeat-old", path: "state/heartbeat.json", text: "no beat" }],
    });
  const broken = event("changed", { from: "healthy", to: "incomplete" });

  /** What is logged and told in each round. */
  function rounds(...given: [suspect: boolean | number, ...events: Event[]][]) {
    let suspicion = NO_SUSPICION;
    return given.map(([suspect, ...events]) => {
      const suspectSeconds = suspect === false ? undefined : Number(suspect);
      const said = announce(suspicion, { at, suspectSeconds, stale: 7, events }, POLICY);
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

  test("tells of the cells that are still silent once ten minutes are over", () => {
    const back: Event = { ...silent(1), from: "stale", to: "healthy", problems: [] };
    const told = rounds([0, silent(1)], [9, silent(2)], [10, back], [601], [602, silent(3)]);
    expect(told.map(({ tell }) => tell)).toEqual([[], ["observer-suspect"], [], ["2"], ["3"]]);
  });

  test("tells of the cells that are still silent when it is over", () => {
    const told = rounds([true, silent(1)], [true], [false], [false], [false]);
    expect(told.at(-1)?.tell).toEqual(["observer-trusted", "1"]);
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
