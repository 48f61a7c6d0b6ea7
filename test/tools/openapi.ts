/**
 * The OpenAPI document of the HTTP endpoint: config/openapi.json, served at /openapi.json.
 *
 * `npm run schemas` writes it; test/openapi.test.ts holds it to what a server really answers.
 *
 * @module
 */
import { version } from "../../package.json";
import { Status } from "../../lib/schemas/report.ts";
import {
  ALWAYS,
  COMPONENTS,
  ETAG,
  type Json,
  json,
  NO_SCAN,
  refusal,
  RETRY,
  text,
  UNAUTHORIZED,
} from "./openapi-parts.ts";

interface Read {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Json[];
  readonly responses: Readonly<Record<string, Json>>;
}

const said = (description: string, content: Json, more: Json = {}): Json => ({
  description,
  content,
  ...more,
});

/** A path that is read: GET, and HEAD with the same answers but no body. */
const reading = (read: Read, security: readonly Json[]): Json => ({
  get: { ...read, responses: { ...ALWAYS, ...read.responses }, security },
  head: {
    ...read,
    operationId: `${read.operationId}Head`,
    responses: { default: { description: "The status and the headers of GET, without its body." } },
    security,
  },
});

const open = (read: Read): Json => reading(read, []);
const guarded = (read: Read): Json =>
  reading({ ...read, responses: { ...read.responses, "401": UNAUTHORIZED } }, [{ token: [] }]);

const ID = {
  name: "id",
  in: "path",
  required: true,
  description: "The mission's id, in any case.",
  schema: { type: "string", format: "uuid" },
};
const FILTERS = [
  {
    name: "status",
    in: "query",
    description: "Only cells of these statuses; may also be repeated.",
    style: "form",
    explode: false,
    schema: { type: "array", items: { enum: Status.options } },
  },
  {
    name: "label",
    in: "query",
    description: "Only cells with this label, as name=value or name; repeated: with all of them.",
    schema: { type: "array", items: { type: "string" } },
  },
  { name: "If-None-Match", in: "header", schema: { type: "string" } },
];

const HEALTH = json("Health", "application/health+json");
const PLAIN = text("text/plain");

const BEAT = {
  operationId: "beat",
  summary: "Beat for a cell whose agent cannot reach the disk",
  parameters: [ID],
  security: [{ cell: [] }, { token: [] }],
  requestBody: { required: true, content: json("Beat") },
  responses: {
    "200": said("The beat is written.", json("BeatTaken")),
    ...ALWAYS,
    "401": { ...UNAUTHORIZED, description: "The cell's token is missing or wrong." },
    "403": refusal("A foreign name, or no beats are taken here.", "foreign_host", "read_only"),
    "404": refusal("There is no such cell.", "no_such_cell"),
    "408": refusal("The beat came too slowly.", "too_slow"),
    "409": refusal("The cell is paused, has ended, or is broken.", "not_beating"),
    "413": refusal("The beat is too large.", "too_large"),
    "415": refusal("The beat is no application/json.", "unsupported_media_type"),
    "422": refusal("The beat is wrong; the message names the field.", "not_json", "malformed"),
    "503": {
      ...refusal("The beat could not be written.", "try_again", "not_written"),
      headers: RETRY,
    },
  },
};

const PATHS = {
  "/livez": open({
    operationId: "live",
    summary: "Whether the server answers",
    responses: { "200": said("It does.", PLAIN) },
  }),
  "/readyz": open({
    operationId: "ready",
    summary: "Whether the last scan is fresh",
    responses: { "200": said("It is.", PLAIN), "503": said("It is not, and why.", PLAIN) },
  }),
  "/health": reading(
    {
      operationId: "health",
      summary: "The health document; where a token is asked for, only its status without one",
      responses: {
        "200": said("pass, or warn when a cell is not well.", HEALTH),
        "503": said("fail: there is no fresh scan.", HEALTH),
      },
    },
    [{}, { token: [] }],
  ),
  "/v1/report": guarded({
    operationId: "report",
    summary: "The last report, or a part of it",
    parameters: FILTERS,
    responses: {
      "200": said("The report.", json("Report"), { headers: ETAG }),
      "304": { description: "It is still the one named in If-None-Match.", headers: ETAG },
      "400": refusal("There is no such filter.", "bad_filter", "bad_request"),
      "503": NO_SCAN,
    },
  }),
  "/v1/cells/{id}": guarded({
    operationId: "cell",
    summary: "One cell, the rule that decided, and its changes since the start, newest first",
    parameters: [ID],
    responses: {
      "200": said("The cell.", json("CellAnswer")),
      "404": refusal("The last scan found no such cell.", "no_such_cell"),
      "503": NO_SCAN,
    },
  }),
  "/v1/cells/{id}/heartbeat": { put: BEAT },
  "/v1/jobs": guarded({
    operationId: "jobs",
    summary: "The cron jobs of the host, judged by their last reports",
    responses: {
      "200": said("The jobs.", json("JobsReport")),
      "503": {
        ...refusal("No scan has succeeded yet, or it could not look.", "no_scan", "no_jobs"),
        headers: RETRY,
      },
    },
  }),
  "/v1/events": guarded({
    operationId: "events",
    summary: "A whole report, then what changes, as server-sent events",
    responses: {
      "200": said(
        "Events: `report` (data: Report), `changes` (Changes), `bye` when the server stops; a comment every few seconds.",
        text("text/event-stream"),
      ),
      "503": {
        ...refusal("As many clients as may be are listening.", "too_many_clients"),
        headers: RETRY,
      },
    },
  }),
  "/metrics": guarded({
    operationId: "metrics",
    summary: "The last report for Prometheus",
    responses: { "200": said("Metrics.", PLAIN), "503": NO_SCAN },
  }),
  "/openapi.json": open({
    operationId: "openapi",
    summary: "This document",
    responses: {
      "200": said("The document.", { "application/json": { schema: { type: "object" } } }),
    },
  }),
  "/": open({
    operationId: "page",
    summary: "The page for people",
    responses: { "200": said("The page.", text("text/html")) },
  }),
};

const bearer = (description: string): Json => ({ type: "http", scheme: "bearer", description });

/** The document. */
export const OPENAPI = {
  openapi: "3.1.0",
  info: {
    title: "Lazarus Pit",
    version,
    summary: "The health of every mission cell under one root",
    description: "Answers tell what the last scan found; no request starts one.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "http://127.0.0.1:8471" }],
  paths: PATHS,
  components: {
    schemas: COMPONENTS,
    securitySchemes: {
      token: bearer("The endpoint's token (--token-file); where there is none, reading is open."),
      cell: bearer("The cell's own token: lazarus-pit token <uuid>. It may beat for that cell."),
    },
  },
};

/** The text of its file. */
export const openapiText = (): string => `${JSON.stringify(OPENAPI, null, 2)}\n`;
