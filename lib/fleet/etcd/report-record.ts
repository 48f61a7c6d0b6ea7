/**
 * `reports/<host>`: the packed report of a host.
 *
 * @module
 */
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import * as v from "valibot";
import { AloneSeconds } from "../../contract/fleet-settings.ts";
import { parseContract } from "../../contract/parse.ts";
import { quoted } from "../../base/printable.ts";
import type { Report } from "../../contract/report.ts";
import { type HostReport, readHostReport } from "../rules/host-report.ts";
import { storeOf } from "../rules/records.ts";

/** A packed report above this size is written without its healthy cells; etcd takes 1.5 MiB. */
const LARGEST_BYTES = 768 * 1024;

/** The limits of a reader: a host may write anything under its key. */
const LARGEST_READ_BYTES = 1024 * 1024;
const LARGEST_UNPACKED_BYTES = 4 * 1024 * 1024;
/** A host reads its own report in any size that it writes. */
const LARGEST_OWN_BYTES = 64 * 1024 * 1024;

const gzipInBackground = promisify(gzip);

/** What a report says of its host, besides the cells. */
interface ReportAuthor {
  readonly name: string;
  readonly times: { readonly alone: number };
  readonly alive: { readonly run: string };
}

/**
 * Packs a report under the host's name in the fleet, without its cron jobs. `alone` is how long the host
 * revives without etcd: an operator who forgets it has to wait for longer. `store` keeps the name for
 * this store when the lease is gone.
 */
export async function packReport(
  report: Report,
  { name: host, times, alive }: ReportAuthor,
): Promise<Uint8Array> {
  const own = { host, alone_seconds: times.alone, store: storeOf(alive.run) };
  const record = { ...report, ...own, jobs: undefined };
  const whole = await pack(record);
  if (whole.length <= LARGEST_BYTES) return whole;
  const cells = report.cells.filter(({ status }) => status !== "healthy");
  return pack({ ...record, cells, left_off: report.cells.length - cells.length });
}

const pack = (record: object): Promise<Uint8Array> => gzipInBackground(JSON.stringify(record));

/** Reads what the host called `host` wrote, or says why it cannot be read. */
export function unpackReport(base64: string, host: string): HostReport {
  const packed = Buffer.from(base64, "base64");
  if (packed.length > LARGEST_READ_BYTES)
    return {
      unreadable: `it wrote ${packed.length} bytes; at most ${LARGEST_READ_BYTES} are read`,
    };
  const text = unpack(packed);
  if (text === undefined) return { unreadable: "what it wrote is not a packed report" };
  const read = readHostReport(text);
  const isOther = "report" in read && read.report.host !== host;
  return isOther ? { unreadable: `it wrote the report of ${quoted(read.report.host)}` } : read;
}

function unpack(packed: Buffer, maxOutputLength = LARGEST_UNPACKED_BYTES): string | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength }).toString();
  } catch {
    return undefined;
  }
}

const AloneRecord = v.looseObject({ alone_seconds: AloneSeconds });

/** How long a host revives without etcd, as its last report says; undefined if it does not. */
export function aloneSecondsIn(base64: string): number | undefined {
  const text = unpack(Buffer.from(base64.slice(0, 2 * LARGEST_READ_BYTES), "base64"));
  const record = parseContract(text ?? "", AloneRecord);
  return record.outcome === "read" ? record.value.alone_seconds : undefined;
}

const StoreRecord = v.looseObject({ store: v.string() });

/** The store whose process wrote a report, as `storeOf` gives it; undefined if it does not say. */
export function storeIn(base64: string): string | undefined {
  const text = unpack(Buffer.from(base64, "base64"), LARGEST_OWN_BYTES);
  const record = parseContract(text ?? "", StoreRecord);
  return record.outcome === "read" ? record.value.store : undefined;
}
