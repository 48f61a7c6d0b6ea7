/**
 * Applies the server's events to the page.
 *
 * @module
 */
import type { Report } from "../../contract/report.ts";
import type { Delta } from "../../verdict/changes.ts";
import { openId, openLinked, refreshDetail } from "./detail.ts";
import { scheduleDraw } from "./draw.ts";
import { byId } from "./elements.ts";
import type { StreamEvent } from "./rules/event-parser.ts";
import {
  applyChanges,
  concerns,
  fromReport,
  type PageData,
  statusChangeText,
} from "./rules/merge.ts";
import { ServerError } from "./server.ts";
import { serverClock, state } from "./state.ts";

/** Applies an event; only `report` and `changes` are about cells. */
export function takeEvent({ name, data = "" }: StreamEvent): void {
  if (name === "report") takeReport(JSON.parse(data) as Report);
  else if (name === "changes") takeChanges(JSON.parse(data) as Delta);
}

/** The page's data as the event from which another tab starts. */
export const reportEvent = ({ report, entries }: PageData): StreamEvent => ({
  name: "report",
  data: JSON.stringify({ ...report, cells: [...entries.values()].map(({ cell }) => cell) }),
});

/** The only version of reports that this page can show. */
const VERSION: number = 2;

/** @throws {ServerError} if the server that sent it has another version than the page. */
function takeReport(report: Report): void {
  if (report.schema_version !== VERSION)
    throw new ServerError("the server has another version than this page: reload it");
  serverClock.learn(report.generated_at);
  state.data = fromReport(report);
  scheduleDraw();
  const before = openId();
  openLinked();
  if (openId() === before) void refreshDetail();
}

function takeChanges(changes: Delta): void {
  if (state.data === null) return;
  serverClock.learn(changes.generated_at);
  state.data = applyChanges(state.data, changes);
  const text = statusChangeText(state.data, changes);
  if (text !== "") byId("news").textContent = text;
  scheduleDraw();
  const id = openId();
  if (id !== null && concerns(changes, id)) void refreshDetail();
}
