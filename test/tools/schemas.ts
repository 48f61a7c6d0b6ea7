/**
 * Writes config/schemas/ and config/openapi.json: `npm run schemas`.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA_NAMES, schemaText } from "./json-schema.ts";
import { openapiText } from "./openapi.ts";

const CONFIG = join(import.meta.dir, "../../config");

for (const name of SCHEMA_NAMES)
  writeFileSync(join(CONFIG, "schemas", `${name}.schema.json`), schemaText(name));
writeFileSync(join(CONFIG, "openapi.json"), openapiText());
