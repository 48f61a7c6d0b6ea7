/**
 * Text of a request or response, read up to a limit.
 *
 * @module
 */

/**
 * Decodes UTF-8 from `body`, and stops reading at the limit, so that a peer cannot fill the memory.
 * Undefined if there are more than `limitBytes`.
 *
 * @throws {TypeError} if `fatal` and the bytes are not UTF-8; whatever the stream throws.
 */
export async function readBoundedText(
  body: AsyncIterable<Uint8Array> | null,
  limitBytes: number,
  { fatal = false } = {},
): Promise<string | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal });
  let text = "";
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limitBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
