/**
 * Text as a word of a shell's command line.
 *
 * @module
 */

/** `text` as one word for a POSIX shell: in single quotes if the shell would change it. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
