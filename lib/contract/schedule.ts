/**
 * When a cron schedule is due next. The parser, and the time zones of the runtime, take about 50 ms
 * to load, so they are loaded when first needed.
 *
 * @module
 */
/** The bundlers' own `require`: unlike `import()`, it is synchronous. */
declare const require: (path: "./cron.ts") => typeof import("./cron.ts");
const loadCron = () => require("./cron.ts");

/** The first moment of a schedule after `after`, in milliseconds; undefined if invalid, or never. */
export function nextMoment(
  schedule: string,
  timezone: string | undefined,
  after: number,
): number | undefined {
  try {
    return loadCron().momentAfter(schedule, timezone, after);
  } catch {
    return undefined;
  }
}

/** Why a schedule cannot be used; undefined if it can. */
export function scheduleFlaw(schedule: string, timezone: string | undefined): string | undefined {
  const { momentAfter } = loadCron();
  try {
    momentAfter(schedule, "UTC", LEAP_DAY);
  } catch {
    return `Expected a cron schedule such as "30 2 * * 1-5"`;
  }
  if (momentAfter(schedule, "UTC", LEAP_DAY) === undefined)
    return "Expected a schedule with at least one date that exists";
  return nextMoment(schedule, timezone, LEAP_DAY) === undefined
    ? "Expected a time zone such as Europe/Berlin"
    : undefined;
}

/** Where the search for a first run starts when a schedule is checked. */
const LEAP_DAY = Date.UTC(2024, 1, 29);
