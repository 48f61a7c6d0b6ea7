/** The event stream as the page reads it, against the text that the server writes. */
import { expect, test } from "bun:test";
import { EventParser } from "../../../lib/http/page/rules/event-parser.ts";

const STREAM = 'event: report\ndata: {"a":"\\n"}\n\n: beat\n\nevent: changes\ndata: {}\n\n';
const EVENTS = [
  { name: "report", data: '{"a":"\\n"}' },
  { name: undefined, data: undefined },
  { name: "changes", data: "{}" },
];

test.each([1, 2, 3, 7, STREAM.length])("pieces of %p characters make the same events", (size) => {
  const parser = new EventParser();
  const events = [];
  for (let at = 0; at < STREAM.length; at += size)
    events.push(...parser.push(STREAM.slice(at, at + size)));
  expect(events).toEqual(EVENTS);
});

test("an event is given once its end has come, and not before", () => {
  const parser = new EventParser();
  expect(parser.push("event: report\ndata: {}\n")).toEqual([]);
  expect(parser.push("\nevent: ch")).toEqual([{ name: "report", data: "{}" }]);
  expect(parser.push("anges\ndata: 1\n\n")).toEqual([{ name: "changes", data: "1" }]);
});
