/**
 * Writes what is generated under config/: schemas/, openapi.json, lazarus_pit.json and grafana/:
 * `npm run schemas`.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULTS } from "../contract/setting-rows.ts";
import { dashboardText } from "./dashboard.ts";
import { SCHEMA_NAMES, schemaText } from "./json-schema.ts";
import { openapiText } from "./openapi.ts";

const CONFIG = join(import.meta.dir, "../../config");

for (const name of SCHEMA_NAMES)
  writeFileSync(join(CONFIG, "schemas", `${name}.schema.json`), schemaText(name));
writeFileSync(join(CONFIG, "openapi.json"), openapiText());
writeFileSync(join(CONFIG, "lazarus_pit.json"), `${JSON.stringify(DEFAULTS, null, 2)}\n`);
mkdirSync(join(CONFIG, "grafana"), { recursive: true });
writeFileSync(join(CONFIG, "grafana/lazarus-pit.json"), dashboardText());
