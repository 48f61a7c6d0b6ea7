/**
 * Keeps the last bytes of a stream.
 *
 * @module
 */

export interface ByteTail {
  readonly append: (chunk: Uint8Array) => void;
  readonly bytes: () => Uint8Array;
  readonly text: () => string;
}

/** Creates a tail of at most `capacity` bytes. */
export function createByteTail(capacity: number): ByteTail {
  const buffer = new Uint8Array(capacity);
  let length = 0;
  const bytes = () => buffer.subarray(0, length);
  return {
    append(chunk) {
      const last = chunk.length > capacity ? chunk.subarray(-capacity) : chunk;
      const remaining = Math.min(length, capacity - last.length);
      buffer.copyWithin(0, length - remaining, length);
      buffer.set(last, remaining);
      length = remaining + last.length;
    },
    bytes,
    text: () => new TextDecoder().decode(bytes()),
  };
}
