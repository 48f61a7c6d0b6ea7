/**
 * The fixed root that pictures of the page show: the same missions, in the same trouble, each time.
 *
 * @module
 */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import type { Event } from "../../lib/contract/event.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { appendEvents } from "../../lib/supervise/status/event-log.ts";
import { changeOrders } from "../../lib/supervise/orders/order-store.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { idOf, type Told, writeCell, writeJson } from "./cells.ts";

const DAY_MS = 86_400_000;
const label = (team: string, more: object = {}) => ({ labels: { team }, ...more });
const crash = { exit: { code: 137, at: new Date(Date.now() - 700_000).toISOString() } };

const [SILENT, BROKEN] = [idOf(0), idOf(2)];
const MISSIONS: readonly Told[] = [
  {
    title: "Port the parser to Rust",
    age: 2703,
    mission: label("infra", {
      owner: "Ada Byron",
      objective: "Replace the C parser with a Rust one that passes the same tests and is as fast.",
      source: "https://git.example.org/core/parser/issues/41",
    }),
    heartbeat: { message: "rewriting the tokenizer", progress: { done: 14, total: 40 } },
  },
  { title: "Triage incoming bug reports", age: 700, mission: label("core"), heartbeat: crash },
  { title: "Rehearse the database upgrade", mission: label("infra", { owner: "Grace" }) },
  { title: "Fix the flaky tests", state: "stuck", age: 5, mission: label("core") },
  { title: "Audit the dependencies", age: 8, mission: label("docs") },
  { title: "Backfill the October invoices", age: 34, state: "waiting", mission: label("infra") },
  { title: "Draft the release notes", age: 9000, status: "completed", mission: label("docs") },
];

/** Where a pictured root and what belongs to it lie. */
export interface PicturedPlaces {
  readonly root: string;
  readonly state_dir: string;
  readonly heartbeats: string;
}

const wellMission = (n: number): Told => ({
  title: `Review the pull request ${n + 1}`,
  age: n % 60,
  mission: label(n % 2 === 0 ? "core" : "docs"),
});

/** Writes `count` cells and two jobs, all of which are well. */
export function writeWellRoot({ root, heartbeats }: PicturedPlaces, count: number): void {
  mkdirSync(root, { recursive: true });
  for (let n = 0; n < count; n++) writeAgedCell(root, idOf(n), wellMission(n));
  for (const job of ["backup-nightly", "rotate-keys"]) writeJob(heartbeats, job, "ok");
}

/** Writes `count` cells; the first seven are named, and the others are well. A job has failed. */
export function writePicturedRoot(places: PicturedPlaces, count: number): void {
  const { root, state_dir, heartbeats } = places;
  writeWellRoot(places, count);
  for (const [n, told] of MISSIONS.slice(0, count).entries()) writeAgedCell(root, idOf(n), told);
  if (count === 0) return;
  writeJob(heartbeats, "backup-nightly", "fail", "pg_dump: connection refused");
  rmSync(join(root, BROKEN, "artifacts"), { recursive: true });
  for (const name of ["handoff.json", "tokenizer-report.md"])
    writeFileSync(join(root, SILENT, "artifacts", name), "");
  writeHistory(root, state_dir);
}

function writeJob(heartbeats: string, job: string, status: string, message?: string): void {
  const timestamp = new Date(Date.now() - 3_600_000).toISOString();
  writeJson(heartbeats, `${job}.last`, { job, status, timestamp, message });
}

/** Its heartbeat's file is as old as the beat in it. */
function writeAgedCell(root: string, id: string, told: Told): void {
  const cell = writeCell(root, id, told);
  const then = Date.now() / 1000 - (told.age ?? 0);
  utimesSync(join(cell, CELL_FILES.heartbeat), then, then);
}

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

/** What supervise would have stored about the first mission in 40 days. */
function writeHistory(root: string, state_dir: string): void {
  const paths = storePathsOf({ root, state_dir });
  const store = openStore(paths, new Date(daysAgo(40)), () => {});
  const change = (days: number, from: Event["from"], to: Event["to"]): Event => ({
    schema_version: 1,
    event: "changed",
    mission_id: SILENT,
    problems: [],
    at: daysAgo(days),
    from,
    to,
  });
  appendEvents(store, [
    change(20.4, "healthy", "stale"),
    change(19.8, "stale", "healthy"),
    change(6.5, "healthy", "incomplete"),
    change(6.4, "incomplete", "healthy"),
    change(0.03, "healthy", "stale"),
  ]);
  const snooze = { at: daysAgo(0.01), until: daysAgo(-1), reason: "the host is being moved" };
  changeOrders(paths, SILENT, (orders) => ({ ...orders, snooze }));
}
