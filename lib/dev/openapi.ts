/**
 * The OpenAPI document of the HTTP endpoint: config/openapi.json, served at /openapi.json.
 *
 * `npm run schemas` writes it; test/http/openapi-answers.test.ts compares it with real responses.
 *
 * @module
 */
import { version } from "../../package.json";
import type { Json } from "./openapi-health.ts";
import { COMPONENTS } from "./openapi-parts.ts";
import { PATHS } from "./openapi-paths.ts";

const bearer = (description: string): Json => ({ type: "http", scheme: "bearer", description });

/** The document. */
export const OPENAPI = {
  openapi: "3.1.0",
  info: {
    title: "Lazarus Pit",
    version,
    summary: "The health of every mission cell under one root",
    description: "Responses show the last scan; no request starts one.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "http://127.0.0.1:8471" }],
  paths: PATHS,
  components: {
    schemas: COMPONENTS,
    securitySchemes: {
      token: bearer("The endpoint's token (--token-file); without one, readers need no token."),
      cell: bearer(
        "The cell's token, as printed by: lazarus-pit token <uuid>. It allows beats for that cell.",
      ),
      operator: bearer("The operator's token (--operator-token-file). It allows orders only."),
    },
  },
};

/** The content of config/openapi.json. */
export const openapiText = (): string => `${JSON.stringify(OPENAPI, null, 2)}\n`;
