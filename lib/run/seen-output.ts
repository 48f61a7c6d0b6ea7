/**
 * Detects new lines in the output that a wrapper forwards.
 *
 * @module
 */
import { KnownLines } from "./rules/known-lines.ts";

/** What has been forwarded since the last call. */
export interface ForwardedOutput {
  readonly bytes: number;
  readonly chunks: number;
  readonly hasNewLine: boolean;
}

/** Observes stdout and stderr of a command. */
export interface SeenOutput {
  /** Receives each chunk of stdout and of stderr. */
  readonly watch: readonly [(bytes: Uint8Array) => void, (bytes: Uint8Array) => void];
  readonly take: () => ForwardedOutput;
}

/** Creates the observer of one command's output. */
export function createSeenOutput(): SeenOutput {
  let seen = { bytes: 0, chunks: 0, hasNewLine: false };
  const watcher = () => {
    const lines = new KnownLines();
    return (chunk: Uint8Array) => {
      const isNew = lines.add(chunk);
      const { bytes, chunks, hasNewLine } = seen;
      seen = {
        bytes: bytes + chunk.length,
        chunks: chunks + 1,
        hasNewLine: hasNewLine || isNew,
      };
    };
  };
  return {
    watch: [watcher(), watcher()],
    take: () => {
      const taken = seen;
      seen = { bytes: 0, chunks: 0, hasNewLine: false };
      return taken;
    },
  };
}
