/** The message for a value names the range of its setting, whatever is wrong with the value. */
import { expect, test } from "bun:test";
import * as v from "valibot";
import { FailureCount } from "../../lib/contract/job-declaration.ts";
import { AloneSeconds, LeaseSeconds } from "../../lib/contract/fleet-settings.ts";
import { Time } from "../../lib/contract/revive-policy.ts";
import { Days, Interval, RoundCount } from "../../lib/contract/setting-values.ts";

const WRONG = [0.5, -1, "5m", null, 1e12, Infinity, NaN];

test.each([
  ["an interval", Interval, "1 to 86400"],
  ["rounds", RoundCount, "1 to 100"],
  ["days", Days, "1 to 3650"],
  ["failures", FailureCount, "1 to 1000"],
  ["a lease", LeaseSeconds, "10 to "],
  ["time alone", AloneSeconds, "0 to 86400"],
  ["a time of a policy", Time, "1 to 86400"],
])("%s", (_, schema, range) => {
  for (const value of WRONG) {
    const { success, issues = [] } = v.safeParse(schema, value);
    expect({ value, success, message: issues[0]?.message }).toEqual({
      value,
      success: false,
      message: expect.stringContaining(`, ${range}`),
    });
  }
});
