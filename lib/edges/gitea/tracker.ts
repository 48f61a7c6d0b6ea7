/**
 * The issues of one repository in Gitea or Forgejo: the few calls that we make of their API.
 *
 * @module
 */
import * as v from "valibot";
import { byNumber, hasLabel } from "../../rules/acceptance.ts";
import { describeIssue } from "../../rules/parse.ts";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { Label, LABELS, ListedIssue, TimelineEntry, TrackedIssue } from "../../schemas/gitea.ts";
import { Count } from "../../schemas/number.ts";
import { tell } from "../host/stdout.ts";
import { isTooLarge } from "./answer.ts";
import { type Access, callApi } from "./api.ts";
import { mayBeMarked } from "./mark.ts";

/** What a page holds at most, and how many are read: beyond that something is wrong there. */
const PAGE = 50;
const PAGES = 200;
/** How many issues may be too large to be read before all of it is held to be wrong. */
const TOO_LARGE = 10;

export interface Tracker {
  /** The issues that have a label, the oldest first. */
  issues(label: string, state: "open" | "all"): Promise<ListedIssue[]>;
  /** An issue as it is now. */
  issue(issue: ListedIssue): Promise<TrackedIssue>;
  /** Who accepted an issue, or took that back, and what may be ours in it, the oldest first. */
  timeline(issue: ListedIssue): Promise<TimelineEntry[]>;
  comment(issue: ListedIssue, body: string): Promise<void>;
  /** Sets the label `to`, if one is named, and takes `from` away. */
  moveLabel(issue: ListedIssue, from: string, to?: string): Promise<void>;
}

/** A comment as the tracker gives it back. What else answers need not have it, and would lose a word. */
const Said = v.looseObject({ id: Count });

/** The tracker of a repository, named as `owner/name`. Each call throws an OperatorError when it fails. */
export function trackerOf(access: Access, repository: string): Tracker {
  const call = (method: "GET" | "POST" | "DELETE", path: string, body?: object) =>
    callApi(access, { method, path: `${repository}/issues${path}`, ...(body && { body }) });
  const list = <S extends v.GenericSchema>(path: string, schema: S) =>
    allPages((page, limit) => call("GET", `${path}page=${page}&limit=${limit}`), schema);
  return {
    async issues(label, state) {
      const query = `?state=${state}&type=issues&labels=${encodeURIComponent(label)}&`;
      const found = await list(query, ListedIssue).catch((error: unknown) => {
        if (isTooLarge(error)) return singly(call, query);
        throw error;
      });
      // Gitea passes over a label that it does not know, and lists every issue.
      return found.filter((issue) => hasLabel(issue, label)).toSorted(byNumber);
    },
    issue: async ({ number }) => checked(TrackedIssue, await call("GET", `/${number}`)),
    timeline: async ({ number }) => timelineOf(await call("GET", `/${number}/timeline`)),
    async comment({ number }, body) {
      checked(Said, await call("POST", `/${number}/comments`, { body }));
    },
    async moveLabel({ number, labels }, from, to) {
      const now = to === undefined ? labels : await addLabel(call, number, to);
      // Where the labels are exclusive, the other one is gone already.
      for (const { id, name } of now ?? [])
        if (name === from) await call("DELETE", `/${number}/labels/${id}`);
    },
  };
}

/**
 * The entries of a timeline. Without a page they come in one answer: by pages Gitea drops what we
 * may not see after counting them, so that one in the middle can be empty. None at all is null
 * there, and so is an entry that it cannot show.
 */
const timelineOf = (answer: unknown): TimelineEntry[] =>
  (checked(v.nullish(v.array(v.nullish(TimelineEntry))), answer) ?? []).filter(
    (entry): entry is TimelineEntry => entry !== null && entry !== undefined && isOfUse(entry),
  );

/** Anyone may comment at any length: only what a pass asks for is kept. */
const isOfUse = ({ type, label, body }: TimelineEntry): boolean =>
  type === "label" ? label?.name === LABELS.accepted : type === "comment" && mayBeMarked(body);

type Caller = (method: "GET" | "POST", path: string, body?: object) => Promise<unknown>;

/** Gitea passes over the name of a label that it does not know; gives the labels there are then. */
async function addLabel(
  call: Caller,
  number: number,
  name: string,
): Promise<v.InferOutput<typeof Label>[]> {
  const answer = await call("POST", `/${number}/labels`, { labels: [name] });
  const labels = checked(v.array(Label), answer);
  if (labels.some((label) => label.name === name)) return labels;
  throw new OperatorError(
    "config",
    `Cannot set the label ${quoted(name)} of issue ${number}: there is no such label`,
    "make the labels mission/accepted, mission/active and mission/ended in that repository",
  );
}

/**
 * The issues one at a time, without those that are larger than what is read: whoever files an
 * issue can make it so, and would else keep all others from being seen.
 */
async function singly(call: Caller, query: string): Promise<ListedIssue[]> {
  const found: ListedIssue[] = [];
  let passedOver = 0;
  for (let page = 1; page <= PAGES; page++) {
    try {
      const answer = await call("GET", `${query}page=${page}&limit=1`);
      const items = checked(v.array(ListedIssue), answer);
      if (items.length === 0) return found;
      found.push(...items);
    } catch (error) {
      if (!isTooLarge(error) || ++passedOver > TOO_LARGE) throw error;
      tell(`accept-proposals: passed over an issue that is too large to be read\n`);
    }
  }
  throw endless();
}

async function allPages<S extends v.GenericSchema>(
  ask: (page: number, limit: number) => Promise<unknown>,
  schema: S,
): Promise<v.InferOutput<S>[]> {
  const all: v.InferOutput<S>[] = [];
  for (let page = 1; page <= PAGES; page++) {
    const items = checked(v.array(schema), await ask(page, PAGE));
    // How many a page holds is for the tracker to say, so only an empty one is the last.
    if (items.length === 0) return all;
    all.push(...items);
  }
  throw endless();
}

const endless = (): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot read a list of more than ${PAGES} pages`,
    "see what the tracker answers",
  );

function checked<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw new OperatorError(
    "unavailable",
    `Cannot use the tracker's answer: ${describeIssue(parsed.issues[0])}`,
    "see whether it is a Gitea or Forgejo of today",
  );
}
