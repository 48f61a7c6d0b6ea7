/**
 * Writes the JSON Schemas into config/schemas/: `npm run schemas`.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA_NAMES, schemaText } from "./json-schema.ts";

for (const name of SCHEMA_NAMES)
  writeFileSync(
    join(import.meta.dir, "../../config/schemas", `${name}.schema.json`),
    schemaText(name),
  );
