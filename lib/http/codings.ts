/**
 * The content codings of responses: zstd and gzip.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Transform } from "node:stream";
import { promisify } from "node:util";
import zlib from "node:zlib";

const gzip = promisify(zlib.gzip);

/** How to compress a text that is in memory, and one that is made in parts. */
export interface Coding {
  readonly compress: (bytes: Uint8Array, level: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly stream: (level: number) => Transform;
}

/** What this server can send, the best first. Node has zstd from version 22.15 on. */
export const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ...zstdIfAvailable(),
  [
    "gzip",
    {
      compress: (bytes, level) => gzip(bytes, { level }),
      stream: (level) => zlib.createGzip({ level }),
    },
  ],
]);

const zstdOptions = (level: number) => ({
  params: { [zlib.constants.ZSTD_c_compressionLevel]: level },
});

function zstdIfAvailable(): [string, Coding][] {
  const { zstdCompress, createZstdCompress } = zlib as Partial<typeof zlib>;
  if (zstdCompress === undefined || createZstdCompress === undefined) return [];
  const zstd = promisify(zstdCompress);
  const compress: Coding["compress"] = (bytes, level) => zstd(bytes, zstdOptions(level));
  return [["zstd", { compress, stream: (level) => createZstdCompress(zstdOptions(level)) }]];
}
