/** Ages, counts and times as the page shows them, and the server's clock. */
import { describe, expect, test } from "bun:test";
import { ageText, cellCount, countText, sentence } from "../../../lib/http/page/rules/format.ts";
import { lateText, scanPaceText, scanAgeText } from "../../../lib/http/page/rules/scan-age.ts";
import { momentFormat, withMoments } from "../../../lib/http/page/rules/moments.ts";
import { ServerClock } from "../../../lib/http/page/rules/server-clock.ts";

test.each([
  [0, "0s"],
  [0.4, "0s"],
  [-0.9, "0s"],
  [-1.4, "1s ahead"],
  [3905, "1h 5m"],
  [-3905, "1h 5m ahead"],
])("an age of %p seconds is shown as %p", (seconds, text) => {
  expect(ageText(seconds)).toBe(text);
});

test("counts have separators, and one cell has the singular", () => {
  expect(countText(1234567)).toBe("1,234,567");
  expect([0, 1, 5000].map(cellCount)).toEqual(["0 cells", "1 cell", "5,000 cells"]);
});

test("a sentence has a capital and a period", () => {
  expect(sentence("the last beat is fresh")).toBe("The last beat is fresh.");
});

const IN_UTC = momentFormat("UTC");

test("all moments are written in one form, in the chosen time zone", () => {
  const inTokyo = momentFormat("Asia/Tokyo");
  expect(IN_UTC("2031-05-06T07:08:09.123Z")).toBe("6 May 2031, 07:08:09");
  expect(withMoments("since 2031-05-06T20:08:09.123Z, until 2031-05-06T20:08:09Z", inTokyo)).toBe(
    "since 7 May 2031, 05:08:09, until 7 May 2031, 05:08:09",
  );
  expect([inTokyo("never"), withMoments("no moment", inTokyo)]).toEqual(["never", "no moment"]);
});

describe("the last scan", () => {
  const scan = {
    generated_at: "2031-05-06T07:00:00.000Z",
    next_expected_at: "2031-05-06T07:00:30.000Z",
    duration_ms: 1234,
  };
  const at = (seconds: number) => Date.parse(scan.generated_at) + 1000 * seconds;

  test("is shown with its age and when the next one is due", () => {
    expect(scanAgeText(scan, at(5))).toBe(", 5s ago");
    expect(scanPaceText(scan, at(5), false)).toBe(" in 1,234 ms, next in 25s");
    expect(scanPaceText(scan, at(29.5), false)).toEndWith(", next is due");
    expect(scanPaceText(scan, at(400), false)).toEndWith(", next is due");
  });

  test("promises no next one where the server is lost, or has no schedule", () => {
    expect(scanPaceText(scan, at(5), true)).toBe(" in 1,234 ms");
    const { next_expected_at: _, ...unscheduled } = scan;
    expect(scanPaceText(unscheduled, at(5), false)).toBe(" in 1,234 ms");
  });

  test("is late after three intervals", () => {
    expect(lateText(scan, at(90), IN_UTC)).toBe("");
    expect(lateText(scan, at(91), IN_UTC)).toStartWith(
      "No scan has succeeded since 6 May 2031, 07:00:00.",
    );
  });

  test("is never late without a schedule", () => {
    const { next_expected_at: _, ...unscheduled } = scan;
    expect(lateText(unscheduled, at(1e6), IN_UTC)).toBe("");
  });
});

describe("the server's clock", () => {
  const HERE = Date.parse("2031-05-06T07:00:00Z");
  const clock = () => new ServerClock(() => HERE);

  test("is the reader's own until the server tells a time", () => {
    expect(clock().now()).toBe(HERE);
    const untold = clock();
    untold.learn(null);
    untold.learn("no time");
    expect(untold.now()).toBe(HERE);
  });

  test.each(["2031-05-06T09:00:00Z", "2031-05-06T05:00:00Z"])(
    "counts ages by the server where the reader's is wrong: %s",
    (time) => {
      const learned = clock();
      learned.learn(time);
      expect(learned.secondsSince(time)).toBe(0);
    },
  );

  test("believes the message that was underway for the shortest time", () => {
    const learned = clock();
    learned.learn("2031-05-06T08:00:05Z");
    learned.learn("2031-05-06T08:00:02Z");
    expect(learned.now() - HERE).toBe(3_605_000);
  });

  test.each([-3_600_000, 3_600_000])(
    "is right again three messages after a step of %p ms",
    (step) => {
      const learned = clock();
      for (let each = 0; each < 3; each += 1) learned.learn("2031-05-06T08:00:00Z");
      const stepped = new Date(Date.parse("2031-05-06T08:00:00Z") + step).toISOString();
      for (let each = 0; each < 3; each += 1) learned.learn(stepped);
      expect(learned.secondsSince(stepped)).toBe(0);
    },
  );

  test("can be learned anew after the server's was set back", () => {
    const learned = clock();
    learned.learn("2031-05-06T08:00:00Z");
    learned.forget();
    learned.learn("2031-05-06T06:00:00Z");
    expect(learned.now() - HERE).toBe(-3_600_000);
  });
});
