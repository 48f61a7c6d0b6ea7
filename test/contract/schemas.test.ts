/**
 * Formats that other programs write or read have a valibot schema and a JSON Schema, which agree.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type AnySchema } from "ajv";
import fc from "fast-check";
import * as v from "valibot";
import { isNumeric } from "../../lib/contract/setting-kinds.ts";
import { DEFAULTS, SETTING_NAMES } from "../../lib/contract/setting-rows.ts";
import { Settings } from "../../lib/contract/settings.ts";
import { isTimestamp } from "../../lib/base/time.ts";
import {
  jsonSchemaOf,
  SCHEMA_NAMES,
  SCHEMAS,
  type SchemaName,
  schemaText,
} from "../../lib/dev/json-schema.ts";

interface Examples {
  readonly good: Readonly<Record<string, unknown>>;
  readonly bad: Readonly<Record<string, unknown>>;
}

const read = (...path: string[]) => readFileSync(join(import.meta.dir, ...path), "utf8");
const examplesOf = (name: SchemaName) => JSON.parse(read("examples", `${name}.json`)) as Examples;

/** A validator of JSON Schema whose formats are ours: the usual ones let `:60Z` and `+02` pass. */
const ajv = new Ajv({
  allErrors: true,
  formats: { "date-time": isTimestamp },
  strict: true,
  allowUnionTypes: true,
});

test("config/lazarus_pit.json has the defaults of the settings (npm run schemas)", () => {
  expect(JSON.parse(read("../../config/lazarus_pit.json"))).toEqual(DEFAULTS);
});

test("the defaults are what their schemas return for them: no command checks them", () => {
  expect(v.parse(v.partial(Settings), DEFAULTS)).toEqual(DEFAULTS);
});

test("every setting with a number as default is read as a number from a flag", () => {
  const numeric = SETTING_NAMES.filter((name) => typeof DEFAULTS[name] === "number");
  expect(SETTING_NAMES.filter(isNumeric)).toEqual(numeric);
});

describe.each(SCHEMA_NAMES)("%s", (name) => {
  const validate = ajv.compile(jsonSchemaOf(name) as AnySchema);
  const { good, bad } = examplesOf(name);

  test("has its JSON Schema checked in, as generated now (npm run schemas)", () => {
    expect(read("../../config/schemas", `${name}.schema.json`)).toBe(schemaText(name));
  });

  test.each(Object.entries(good))("accepts %s by both schemas", (_, value) => {
    expect(v.safeParse(SCHEMAS[name], value).issues).toBeUndefined();
    expect({ valid: validate(value), errors: validate.errors }).toEqual({
      valid: true,
      errors: null,
    });
  });

  test.each(Object.entries(bad))("refuses %s by both schemas", (_, value) => {
    expect(v.is(SCHEMAS[name], value)).toBe(false);
    expect(validate(value)).toBe(false);
  });

  test("answers as its JSON Schema does for examples with one value changed at random", () => {
    const values = Object.values({ ...good, ...bad }).filter(
      (each) => typeof each === "object" && each !== null && !Array.isArray(each),
    );
    const change = fc.record({
      base: fc.constantFrom(...values),
      key: fc.nat(20),
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(change, ({ base, key, value }) => {
        const keys = Object.keys(base as object);
        const changed = { ...(base as object), [keys[key % keys.length] ?? "x"]: value };
        expect(v.is(SCHEMAS[name], changed)).toBe(validate(changed) as boolean);
      }),
      { numRuns: 500 },
    );
  });
});
