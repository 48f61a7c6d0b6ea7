/**
 * The OpenAPI document is valid and complete.
 */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { PATHS, wrongAs } from "../tools/described.ts";
import { endpoints } from "../tools/served.ts";
import { OPENAPI, openapiText } from "../../lib/dev/openapi.ts";
import { FIXED_PATHS } from "../../lib/http/handler.ts";
import { FIXED_FLEET_PATHS } from "../../lib/http/fleet/fleet-handler.ts";
import { idOf } from "../tools/cells.ts";
import { scratch } from "../tools/program.ts";

const root = join(scratch(), "root");
mkdirSync(root);
const start = endpoints();
const endpoint = await start("--listen=127.0.0.1:0", `--root=${root}`);
const check = (document: object) => new Validator().validate(structuredClone(document) as never);

test("is up to date (npm run schemas)", () => {
  const file = join(import.meta.dir, "../../config/openapi.json");
  expect(readFileSync(file, "utf8")).toBe(openapiText());
});

test("is valid OpenAPI", async () => {
  expect(await check(OPENAPI)).toEqual({ valid: true });
  const paths = { "/livez": { get: { responses: { many: {} } } } };
  expect(await check({ ...OPENAPI, paths })).toMatchObject({ valid: false });
});

test("is what the endpoint serves", async () => {
  const served: unknown = await (await endpoint.fetch("/openapi.json")).json();
  expect(served).toEqual(JSON.parse(openapiText()));
});

test("lists the paths of the handler", () => {
  const named = Object.keys(PATHS).filter((path) => !path.includes("{"));
  const served = new Set([...FIXED_PATHS, ...FIXED_FLEET_PATHS]);
  expect(named.toSorted()).toEqual([...served].toSorted());
});

const OF_ONE_ROOT = Object.keys(PATHS).filter((path) => !path.startsWith("/v1/fleet"));
test.each(OF_ONE_ROOT)("lists the methods of %s", async (path) => {
  const asked = path.replace("{id}", idOf(1));
  const response = await endpoint.fetch(asked, { method: "DELETE" });
  expect(response.status).toBe(405);
  const allowed = response.headers.get("Allow")?.toLowerCase().split(", ");
  expect(allowed).toEqual(Object.keys(PATHS[path] ?? {}));
  expect(wrongAs("Refusal", await response.json())).toBe("");
});
