/**
 * A path that is accepted without its schema is one that the schema accepts, unchanged.
 */
import { expect, test } from "bun:test";
import * as v from "valibot";
import { isPlainPath } from "../../lib/contract/setting-kinds.ts";
import { SETTING_NAMES } from "../../lib/contract/setting-rows.ts";
import { Settings } from "../../lib/contract/settings.ts";

const VALUES = ["/var/missions", "missions", " ", "", "a\u0000b", "\u0000", "\n", 1, null, [], {}];

test("a plain path is what the schema of its setting accepts", () => {
  for (const name of SETTING_NAMES)
    for (const value of VALUES.filter((each) => isPlainPath(name, each))) {
      const parsed: unknown = v.parse(Settings.entries[name], value);
      expect(parsed).toEqual(value);
    }
  expect(VALUES.filter((value) => isPlainPath("root", value))).toEqual(
    VALUES.slice(0, 3).concat("\n"),
  );
});
