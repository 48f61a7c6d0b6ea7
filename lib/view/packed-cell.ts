/**
 * One cell of a report as a short text, for a thread that keeps 100,000 of them: as an object with
 * objects in it, a cell takes ten times the memory, and its garbage collector stalls the thread.
 *
 * The text is the cell's JSON without the age, which changes from report to report, and with one
 * character for each piece that most cells have.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { parseTimestamp } from "../base/time.ts";
import { parseUntrusted } from "../base/untrusted-json.ts";
import { Attention, type ReportCell, Status } from "../contract/report.ts";
import { isSilentButRunning } from "../scan/rules/prometheus-missions.ts";

/** Stands for the age. Characters below U+0020 never occur in JSON text, so they can stand for others. */
const AGE = "\u0001";
const FIRST_CODE = 2;
/** Pieces of a cell's JSON, each longer than its parts, which come later. */
const PIECES = [
  '{"mission_id":"',
  ',"title":',
  ',"owner":null,"labels":{},"source":null',
  ',"owner":',
  ',"labels":',
  ',"source":',
  ',"status":"healthy","attention":"none","mission_status":"active","state":"working"',
  ',"status":"healthy","attention":"none"',
  ',"status":"stale","attention":"critical"',
  ',"status":"incomplete","attention":"critical"',
  ',"status":',
  ',"attention":',
  ',"mission_status":"active"',
  ',"mission_status":',
  ',"state":',
  ',"message":null,"progress":null,"activity":null',
  ',"message":',
  ',"progress":',
  ',"activity":',
  ',"last_heartbeat":',
  ',"expected_since":',
  `,"age_seconds":${AGE},"limit_seconds":`,
  ',"evidence":{"process":null,"exit":null,"host":',
  ',"evidence":{"process":"alive","exit":null,"host":',
  '},"problems":[]}',
  '},"problems":[{"code":"heartbeat-old","path":"',
  ',"problems":',
] as const;
const CODES = new Map<string, string>(
  PIECES.map((piece, at) => [piece, String.fromCharCode(FIRST_CODE + at)]),
);
const ANY_PIECE = new RegExp(
  PIECES.map((piece) => piece.replace(/[{}[\].]/g, String.raw`\$&`)).join("|"),
  "g",
);
const ANY_CODE = /[\u0002-\u001f]/g;

/** A packed cell, without its age. */
export interface PackedCell {
  readonly text: string;
  /** The last beat in milliseconds since 1970; NaN without one. */
  readonly beatMs: number;
  /** What answers often ask about, in bits: see `markOf`. */
  readonly mark: number;
}

export const packCell = (cell: ReportCell): PackedCell => ({
  text: withoutAge(cell).replace(ANY_PIECE, (piece) => CODES.get(piece) ?? piece),
  beatMs: parseTimestamp(cell.last_heartbeat ?? "") ?? Number.NaN,
  mark: markOf(cell),
});

/** The JSON of a packed cell with an age; NaN stands for null. */
export const unpackedJson = (text: string, age: number): string =>
  text
    .replace(ANY_CODE, (code) => PIECES[code.charCodeAt(0) - FIRST_CODE] ?? code)
    .replace(AGE, Number.isFinite(age) ? `${age}` : "null");

/** The cell itself, as a new object. */
export function unpackedCell(text: string, age: number): ReportCell {
  const parsed = parseUntrusted(unpackedJson(text, age), Number.POSITIVE_INFINITY);
  if (parsed.outcome === "read") return parsed.value as ReportCell;
  throw new Error(`A packed cell is malformed: ${parsed.why}`);
}

/** Where our own reports have the id: first, and without escapes. */
const [ID_START, ID_END] = [1, 37];
const [ID_CODE, QUOTE] = [FIRST_CODE, 0x22];

/** The mission id of a packed cell. */
export function packedId(text: string): string {
  const id = text.slice(ID_START, ID_END);
  const isPlain = text.charCodeAt(0) === ID_CODE && text.charCodeAt(ID_END) === QUOTE;
  return isPlain && !id.includes("\\") && !id.includes('"')
    ? id
    : unpackedCell(text, Number.NaN).mission_id;
}

/** The cell's JSON with `AGE` for its age; whole, if it has none. */
function withoutAge(cell: ReportCell): string {
  const [key, json, age] = ['"age_seconds":', JSON.stringify(cell), cell.age_seconds];
  if (typeof age !== "number" && age !== null) return json;
  const at = json.indexOf(key);
  if (at !== json.lastIndexOf(key)) return withoutNamedAge(cell);
  const start = at + key.length;
  return `${json.slice(0, start)}${AGE}${json.slice(start + JSON.stringify(age).length)}`;
}

/** The same for a cell with another key of this name, such as a label's: two ages differ in one place. */
function withoutNamedAge(cell: ReportCell): string {
  const [zero, one] = [0, 1].map((age) => JSON.stringify({ ...cell, age_seconds: age }));
  let at = 0;
  while (zero?.charAt(at) === one?.charAt(at)) at += 1;
  return `${zero?.slice(0, at)}${AGE}${zero?.slice(at + 1)}`;
}

/** Three bits for the status, three for the attention, one for a silent cell whose process runs. */
function markOf(cell: ReportCell): number {
  const [status, attention] = [
    Status.options.indexOf(cell.status),
    Attention.options.indexOf(cell.attention),
  ];
  return (
    (status & 7) |
    ((attention & 7) << 3) |
    (isComplete(cell) && isSilentButRunning(cell) ? 1 << 6 : 0)
  );
}

/** A gateway's own source may leave out what nobody asks it for, or give null. */
const isComplete = ({ evidence, problems }: { evidence?: unknown; problems?: unknown }): boolean =>
  Boolean(evidence) && Boolean(problems);

export const markedStatus = (mark: number): Status | undefined => Status.options[mark & 7];
export const markedAttention = (mark: number): Attention | undefined =>
  Attention.options[(mark >> 3) & 7];
export const isMarkedSilent = (mark: number): boolean => (mark & (1 << 6)) !== 0;
