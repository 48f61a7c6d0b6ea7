/**
 * A Gitea for tests: the handful of calls that the bridge makes, as strict as the real one,
 * with its oddities, and with what can go wrong on the way.
 *
 * - `Authorization: token …`; each token has its scopes, also for reading; JSON bodies only.
 * - A new issue takes ids of labels; an existing one also takes names.
 * - Pull requests are in the list of issues, unless only issues are requested.
 * - Names of labels that the repository itself does not have are ignored, even those of its
 *   organisation: a list filtered by such a name has all issues. Ids of both are known.
 * - Labels are added by ids or by names, never both; an exclusive one replaces those of its scope.
 * - Times have whole seconds, and anything that happens to an issue moves its `updated_at`.
 * - A page holds at most as many entries as the server allows, whatever was requested.
 * - A timeline is paged only if a page is requested; an empty one is null; entries may be null.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "bun:test";

interface Label {
  readonly id: number;
  readonly name: string;
  readonly exclusive: boolean;
}

interface Entry {
  readonly id: number;
  readonly type: string;
  readonly user: { id: number; login: string };
  body: string;
  readonly created_at: string;
  readonly label: Label | null;
}

interface StoredIssue {
  readonly number: number;
  body: string;
  state: "open" | "closed";
  isLocked: boolean;
  readonly isPull: boolean;
  updated_at: string;
  labels: Label[];
  readonly timeline: Entry[];
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** What happens to a call: it gets this answer, or its connection is cut. */
export type Fault = Answer | "cut-before" | "cut-after" | "cut-within";

/** A call as it came: `POST issues/7/comments`. */
export interface Seen {
  readonly call: string;
  readonly body: string;
}

export const TOKEN = "0123456789abcdef0123456789abcdef01234567";
export const READ_ONLY = "fedcba9876543210fedcba9876543210fedcba98";
/** The token that replaces the first one. */
export const NEXT_TOKEN = "abcdef0123456789abcdef0123456789abcdef01";
/** A token without the scope for issues. */
export const OFF_SCOPE = "00112233445566778899aabbccddeeff00112233";
/** A token that may change files too. */
export const OWNER_TOKEN = "99887766554433221100ffeeddccbbaa99887766";
const SCOPES: Readonly<Record<string, string>> = {
  [TOKEN]: "write:issue",
  [NEXT_TOKEN]: "write:issue",
  [READ_ONLY]: "read:issue",
  [OFF_SCOPE]: "write:repository",
  [OWNER_TOKEN]: "write:issue,write:repository",
};
export const BOT = "lazarus";

export class Gitea {
  /** Every call, in order. */
  readonly seen: Seen[] = [];
  /** The fault of each call, by its number from 0; undefined for none. */
  onCall: (number: number, call: string) => Fault | undefined | Promise<Fault | undefined> = () =>
    undefined;
  pageSize = 50;
  /** The repository's name, which its owner may change; its number stays. */
  name = "missions";
  readonly issues: StoredIssue[] = [];
  /** The numbers of accounts by login; a deleted one is called Ghost. */
  readonly accounts = new Map([
    ["alice", 5],
    ["bob", 6],
    ["mallory", 7],
    [BOT, 99],
    ["Ghost", -1],
  ]);
  labels: Label[];
  /** The labels of its organisation; a token without its scope does not see them. */
  organisationLabels: Label[] | undefined;
  /** What it lists for a label that it does not know. */
  listsForUnknown: "all" | "none" = "all";
  /** The texts of its files by path. */
  readonly files = new Map<string, string>();
  readonly #server: Server;
  #seconds = Date.UTC(2026, 0, 1) / 1000;
  #entries = 100;

  private constructor(server: Server, exclusive: boolean) {
    this.#server = server;
    this.labels = [
      "mission/proposed",
      "mission/accepted",
      "mission/active",
      "mission/ended",
      "bug",
    ].map((name, at) => ({ id: 11 + at, name, exclusive: exclusive && name.includes("/") }));
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  /** Starts one on a port of the loopback address; it ends with the test file. */
  static async start({ exclusive = true } = {}): Promise<Gitea> {
    const server = createServer();
    const gitea = new Gitea(server, exclusive);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });
    return gitea;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The flags with which accept-proposals finds it. */
  flags(tokenFile: string): string[] {
    return [
      `--gitea-url=${this.url}/`,
      `--gitea-repository=team/${this.name}`,
      `--gitea-token-file=${tokenFile}`,
    ];
  }

  addressOf = (number: number): string => `https://gitea.test/team/${this.name}/issues/${number}`;

  /** Files an issue, and gives its number. */
  file(body: string, isPull = false): number {
    const number = this.issues.length + 1;
    const labels = this.labels.filter(({ name }) => name === "mission/proposed");
    const updated_at = this.#tick();
    this.issues.push({
      number,
      body,
      state: "open",
      isLocked: false,
      isPull,
      updated_at,
      labels,
      timeline: [],
    });
    return number;
  }

  /** Files an issue that `who` accepts. */
  propose(body: string, who = "alice"): number {
    const number = this.file(body);
    this.setLabel(number, "mission/accepted", who);
    return number;
  }

  setLabel(number: number, name: string, who = "alice"): void {
    const label = this.#allLabels().find((each) => each.name === name);
    if (label !== undefined) this.#add(this.#issue(number), label, who);
  }

  takeLabel(number: number, name: string, who = "alice"): void {
    const issue = this.#issue(number);
    for (const label of issue.labels.filter((each) => each.name === name))
      this.#drop(issue, label, who);
  }

  /** Edits the body, as its author can at any time; `seconds` after the last event. */
  edit(number: number, body: string, seconds = 1): void {
    const issue = this.#issue(number);
    issue.body = body;
    issue.updated_at = this.#tick(seconds);
  }

  /** Closes an issue in the same second as the last event. */
  close(number: number): void {
    this.#issue(number).state = "closed";
  }

  comment(number: number, body: string, who = "mallory"): void {
    this.#note(this.#issue(number), { type: "comment", body, label: null }, who);
  }

  /** Mentions an issue elsewhere: a `comment_ref` that readers here may not see, or a null entry. */
  mention(number: number, type: "comment_ref" | "null"): void {
    this.#note(this.#issue(number), { type, body: "", label: null }, "mallory");
  }

  /** The names of an issue's labels. */
  labelsOf = (number: number): string[] =>
    this.#issue(number)
      .labels.map(({ name }) => name)
      .toSorted();

  /** What the bridge said in an issue. */
  said = (number: number): string[] =>
    this.#issue(number).timeline.flatMap(({ type, user, body }) =>
      type === "comment" && user.login === BOT ? [body] : [],
    );

  #allLabels = (): Label[] => [...this.labels, ...(this.organisationLabels ?? [])];

  #issue(number: number): StoredIssue {
    const issue = this.issues[number - 1];
    if (issue === undefined) throw new Error(`There is no issue ${number}`);
    return issue;
  }

  #tick(seconds = 1): string {
    this.#seconds += seconds;
    return new Date(this.#seconds * 1000).toISOString().replace(".000", "");
  }

  #note(issue: StoredIssue, what: Pick<Entry, "type" | "body" | "label">, login: string): Entry {
    const user = { id: this.#numberOf(login), login };
    const entry = { id: this.#entries++, user, created_at: this.#tick(), ...what };
    issue.timeline.push(entry);
    issue.updated_at = entry.created_at;
    return entry;
  }

  #numberOf(login: string): number {
    const number = this.accounts.get(login) ?? this.accounts.size + 1000;
    this.accounts.set(login, number);
    return number;
  }

  #add(issue: StoredIssue, label: Label, who: string): void {
    if (issue.labels.some(({ id }) => id === label.id)) return;
    const scope = label.name.slice(0, label.name.lastIndexOf("/") + 1);
    if (label.exclusive && scope !== "")
      for (const other of issue.labels.filter(
        (each) => each.exclusive && each.name.startsWith(scope),
      ))
        this.#drop(issue, other, who);
    issue.labels.push(label);
    this.#note(issue, { type: "label", body: "1", label }, who);
  }

  #drop(issue: StoredIssue, label: Label, who: string): void {
    if (!issue.labels.some(({ id }) => id === label.id)) return;
    issue.labels = issue.labels.filter(({ id }) => id !== label.id);
    this.#note(issue, { type: "label", body: "", label }, who);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = new URL(request.url ?? "", this.url);
    const call = `${request.method} ${url.pathname.replace(`/api/v1/repos/team/${this.name}/`, "")}`;
    const number = this.seen.push({ call, body }) - 1;
    const fault = await this.onCall(number, call);
    if (fault === "cut-before") return void request.socket.destroy();
    if (typeof fault === "object") return send(response, fault);
    const answer = this.#answer(request, url, body);
    if (fault === "cut-after") return void request.socket.destroy();
    if (fault === "cut-within") return cutWithin(response, answer);
    send(response, answer);
  }

  #answer(request: IncomingMessage, url: URL, body: string): Answer {
    const [scheme, token = ""] = (request.headers.authorization ?? "").split(" ");
    const scopes = scheme === "token" ? SCOPES[token]?.split(",") : undefined;
    if (scopes === undefined) return refusal(401, "user does not exist [uid: 0, name: ]");
    const { method = "" } = request;
    if (url.pathname === "/api/v1/orgs/team/labels" && method === "GET")
      return this.organisationLabels === undefined
        ? refusal(403, "token does not have at least one of required scope(s)")
        : json(200, this.#page(this.organisationLabels, url));
    const [, file] = url.pathname.split(`/${this.name}/contents/`);
    const unit = file === undefined ? "issue" : "repository";
    const needed = method === "GET" ? [`read:${unit}`, `write:${unit}`] : [`write:${unit}`];
    if (!needed.some((each) => scopes.includes(each)))
      return refusal(
        403,
        `token does not have at least one of required scope(s): [${needed[0]}], token scope=${scopes.join()}`,
      );
    if (file !== undefined) return this.#answerForFile(method, file, body);
    const [, label] = url.pathname.split(`/api/v1/repos/team/${this.name}/labels`);
    if (label !== undefined) return this.#answerForLabels(method, label, url, body);
    const base = `/api/v1/repos/team/${this.name}/issues`;
    if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) return NOT_FOUND;
    const isJson = request.headers["content-type"] === "application/json";
    if (method === "POST" && !isJson) return refusal(415, "unsupported content type");
    const given = method === "POST" ? objectIn(body) : {};
    if (given === undefined) return refusal(422, "[]: invalid character");
    const path = url.pathname.slice(base.length);
    if (path === "") return this.#answerForAll(method, url, given);
    const [, number = "", rest = ""] = /^\/(\d+)(?:\/(.*))?$/.exec(path) ?? [];
    const issue = this.issues[Number(number) - 1];
    return issue === undefined
      ? NOT_FOUND
      : this.#answerFor(issue, `${method} ${rest}`, url, given);
  }

  #answerForFile(method: string, path: string, body: string): Answer {
    const text = this.files.get(path);
    if (method === "GET")
      return text === undefined
        ? NOT_FOUND
        : json(200, { path, encoding: "base64", content: btoa(text) });
    const { content, message } = objectIn(body) ?? {};
    if (method !== "POST" || typeof content !== "string" || typeof message !== "string")
      return refusal(422, "[Content]: Required");
    if (text !== undefined) return refusal(422, "repository file already exists");
    this.files.set(path, atob(content));
    return json(201, { content: { path } });
  }

  /** `path` is empty for all labels, or `/<id>`. */
  #answerForLabels(method: string, path: string, url: URL, body: string): Answer {
    if (method === "GET") return json(200, this.#page(this.labels, url));
    const { name, color, exclusive = false } = objectIn(body) ?? {};
    const at = this.labels.findIndex(({ id }) => path === `/${id}`);
    const found = this.labels[at];
    if (method === "PATCH" && found !== undefined && typeof name === "string") {
      const label = (this.labels[at] = { ...found, name });
      for (const issue of this.issues)
        issue.labels = issue.labels.map((each) => (each.id === label.id ? label : each));
      return json(200, label);
    }
    if (method !== "POST" || path !== "" || typeof name !== "string" || typeof color !== "string")
      return refusal(422, "[Color]: Required");
    const label = { id: 100 + this.labels.length, name, exclusive: exclusive === true };
    this.labels.push(label);
    return json(201, label);
  }

  #answerForAll(method: string, url: URL, given: Given): Answer {
    if (method === "GET") return this.#list(url);
    if (method !== "POST") return refusal(405, "method not allowed");
    const { title, body = "", labels = [] } = given;
    if (typeof title !== "string" || title === "") return refusal(422, "[Title]: Required");
    if (typeof body !== "string" || !isListOf(labels, "number"))
      return refusal(422, "json: cannot unmarshal into Go struct field");
    const issue = this.#issue(this.file(body));
    issue.labels = this.labels.filter(({ id }) => (labels as unknown[]).includes(id));
    return json(201, this.#shown(issue));
  }

  #answerFor(issue: StoredIssue, call: string, url: URL, given: Given): Answer {
    if (call === "GET ") return json(200, this.#shown(issue));
    if (call === "GET timeline") return json(200, this.#timeline(issue, url));
    if (call === "POST comments") return this.#postComment(issue, given);
    if (call === "POST labels") return this.#postLabels(issue, given);
    const [, id] = /^DELETE labels\/(\d+)$/.exec(call) ?? [];
    const isKnown = /^\S+ (?:timeline|comments|labels|labels\/\d+|)$/.test(call);
    if (id === undefined) return isKnown ? refusal(405, "method not allowed") : NOT_FOUND;
    const label = this.#allLabels().find((each) => each.id === Number(id));
    if (label === undefined) return refusal(422, "label does not exist");
    this.#drop(issue, label, BOT);
    return { status: 204, body: "" };
  }

  #postComment(issue: StoredIssue, { body }: Given): Answer {
    if (typeof body !== "string" || body === "") return refusal(422, "[Body]: Required");
    if (issue.isLocked) return refusal(403, "issue is locked");
    return json(201, this.#note(issue, { type: "comment", body, label: null }, BOT));
  }

  #postLabels(issue: StoredIssue, { labels }: Given): Answer {
    if (!Array.isArray(labels)) return refusal(422, "[Labels]: Required");
    const names = labels.filter((label) => typeof label === "string");
    const ids = labels.filter((label) => typeof label === "number");
    if (names.length + ids.length !== labels.length)
      return refusal(400, "a label must be an integer or a string");
    if (names.length > 0 && ids.length > 0)
      return refusal(400, "labels should be an array of strings or integers");
    for (const label of this.labels) if (names.includes(label.name)) this.#add(issue, label, BOT);
    for (const label of this.#allLabels()) if (ids.includes(label.id)) this.#add(issue, label, BOT);
    return json(200, issue.labels);
  }

  #list(url: URL): Answer {
    const asked = (url.searchParams.get("labels") ?? "").split(",");
    const known = this.labels.filter(({ name }) => asked.includes(name));
    if (url.searchParams.has("labels") && known.length === 0 && this.listsForUnknown === "none")
      return json(200, []);
    const state = url.searchParams.get("state") ?? "open";
    const found = this.issues.filter(
      (issue) =>
        (state === "all" || issue.state === state) &&
        (url.searchParams.get("type") !== "issues" || !issue.isPull) &&
        known.every(({ id }) => issue.labels.some((label) => label.id === id)),
    );
    return json(
      200,
      this.#page(found.toReversed(), url).map((issue) => this.#shown(issue)),
    );
  }

  /** An entry that may not be seen is dropped from its page; nothing is null. */
  #timeline({ timeline }: StoredIssue, url: URL): (Entry | null)[] | null {
    const page = url.searchParams.has("page") ? this.#page(timeline, url) : timeline;
    const shown = page
      .filter(({ type }) => type !== "comment_ref")
      // A label that was renamed has its new name in old entries.
      .map((entry) => ({
        ...entry,
        label: this.labels.find(({ id }) => id === entry.label?.id) ?? entry.label,
      }));
    // One that it cannot show is null.
    const withGaps = shown.flatMap((entry) => (entry.type === "null" ? [null] : [entry]));
    return withGaps.length === 0 ? null : withGaps;
  }

  #page<T>(items: readonly T[], url: URL): T[] {
    const size = Math.min(Number(url.searchParams.get("limit") ?? 30), this.pageSize);
    const start = (Number(url.searchParams.get("page") ?? 1) - 1) * size;
    return items.slice(start, start + size);
  }

  #shown = ({
    number,
    body,
    state,
    updated_at,
    labels,
    isLocked,
    isPull,
  }: StoredIssue): object => ({
    id: 1000 + number,
    number,
    html_url: this.addressOf(number),
    user: { login: "mallory" },
    title: "Mission: x",
    body,
    state,
    is_locked: isLocked,
    updated_at,
    labels: labels.length === 0 ? null : labels,
    pull_request: isPull ? { merged: false } : null,
    repository: { id: 3, name: this.name, owner: "team", full_name: `team/${this.name}` },
  });
}

type Given = Readonly<Record<string, unknown>>;

/** The object that a body is; undefined for anything else. */
function objectIn(text: string): Given | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Given) : undefined;
  } catch {
    return undefined;
  }
}

const isListOf = (value: unknown, type: string): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === type);

const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });
const refusal = (status: number, message: string): Answer =>
  json(status, { message, url: "https://gitea.test/api/swagger" });
const NOT_FOUND = refusal(404, "The target couldn't be found.");

function send(response: ServerResponse, { status, headers = {}, body = "" }: Answer): void {
  response.writeHead(status, { "Content-Type": "application/json;charset=utf-8", ...headers });
  response.end(body);
}

/** Sends half of an answer, of its head where it has no body, and closes the connection. */
function cutWithin(response: ServerResponse, { status, body = "" }: Answer): void {
  if (body === "") return void response.socket?.end(`HTTP/1.1 ${status} No`);
  response.writeHead(status, { "Content-Length": String(Buffer.byteLength(body) + 1) });
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
