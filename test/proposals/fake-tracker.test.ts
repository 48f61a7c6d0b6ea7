/**
 * The Gitea for tests is as strict as the real one is known to be: if it accepted more, the bridge's
 * tests would prove nothing.
 */
import { describe, expect, test } from "bun:test";
import { Gitea, OFF_SCOPE, READ_ONLY, TOKEN } from "../tools/gitea.ts";

const gitea = await Gitea.start();
const NUMBER = gitea.file("text");
gitea.file("a pull request", true);
const ISSUES = "team/missions/issues";
const ONE = `${ISSUES}/${NUMBER}`;
const JSON_TYPE = "application/json";

async function ask(call: string, body?: unknown, headers: Record<string, string> = {}) {
  const [method = "", path = ""] = call.split(" ");
  const response = await fetch(`${gitea.url}/api/v1/repos/${path}`, {
    method,
    headers: { Authorization: `token ${TOKEN}`, "Content-Type": JSON_TYPE, ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    answer: text === "" ? undefined : (JSON.parse(text) as unknown),
  };
}
const statusOf = async (...args: Parameters<typeof ask>) => (await ask(...args)).status;

describe("a token", () => {
  test.each([
    ["none", { Authorization: "" }, 401, 401],
    ["one that is not known", { Authorization: "token 1" }, 401, 401],
    ["one in another scheme", { Authorization: `Basic ${TOKEN}` }, 401, 401],
    ["one of another scope", { Authorization: `token ${OFF_SCOPE}` }, 403, 403],
    ["one that may only read", { Authorization: `token ${READ_ONLY}` }, 200, 403],
    ["one that may write", {}, 200, 201],
  ] as const)("%s", async (_, headers, read, write) => {
    expect(await statusOf(`GET ${ONE}`, undefined, headers)).toBe(read);
    expect(await statusOf(`GET ${ISSUES}`, undefined, headers)).toBe(read);
    expect(await statusOf(`POST ${ONE}/comments`, { body: "x" }, headers)).toBe(write);
  });
});

interface Refused {
  readonly call: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly status: number;
}

describe("a call", () => {
  test.each<readonly [string, Refused]>([
    ["of what is not there", { call: `GET ${ISSUES}/99`, status: 404 }],
    ["of another repository", { call: "GET team/other/issues", status: 404 }],
    ["with a name that only starts like ours", { call: "GET team/missions/issuesx", status: 404 }],
    ["by a method that is not meant", { call: `PATCH ${ONE}/comments`, body: {}, status: 405 }],
    [
      "with no JSON",
      { call: `POST ${ONE}/comments`, body: "body=x", type: "text/plain", status: 415 },
    ],
    ["with broken JSON", { call: `POST ${ONE}/comments`, body: "{", status: 422 }],
    ["with no comment", { call: `POST ${ONE}/comments`, body: {}, status: 422 }],
    [
      "with a comment that is not text",
      { call: `POST ${ONE}/comments`, body: { body: 7 }, status: 422 },
    ],
    ["with no labels", { call: `POST ${ONE}/labels`, body: {}, status: 422 }],
    [
      "with labels of two kinds",
      { call: `POST ${ONE}/labels`, body: { labels: ["bug", 11] }, status: 400 },
    ],
    ["with a label that nobody knows", { call: `DELETE ${ONE}/labels/99`, status: 422 }],
    ["that takes a label by its name", { call: `DELETE ${ONE}/labels/bug`, status: 404 }],
    [
      "that files an issue without a title",
      { call: `POST ${ISSUES}`, body: { body: "x" }, status: 422 },
    ],
    [
      "that files one with names of labels",
      { call: `POST ${ISSUES}`, body: { title: "x", labels: ["bug"] }, status: 422 },
    ],
  ])("%s is refused", async (_, { call, body, type = JSON_TYPE, status }) => {
    expect(await statusOf(call, body, { "Content-Type": type })).toBe(status);
  });
});

const namesIn = ({ answer }: { answer: unknown }) =>
  (answer as { name: string }[]).map(({ name }) => name);

describe("labels", () => {
  test("are added by name or id, and replace labels of their scope", async () => {
    expect(namesIn(await ask(`POST ${ONE}/labels`, { labels: ["bug"] }))).toEqual([
      "mission/proposed",
      "bug",
    ]);
    expect(namesIn(await ask(`POST ${ONE}/labels`, { labels: [12] }))).toEqual([
      "bug",
      "mission/accepted",
    ]);
    expect(namesIn(await ask(`POST ${ONE}/labels`, { labels: ["none"] }))).toEqual([
      "bug",
      "mission/accepted",
    ]);
    expect(await statusOf(`DELETE ${ONE}/labels/12`)).toBe(204);
    expect(gitea.labelsOf(NUMBER)).toEqual(["bug"]);
  });

  test("can be given by id with a new issue", async () => {
    const { status, answer } = await ask(`POST ${ISSUES}`, { title: "x", body: "y", labels: [15] });
    expect({ status, answer }).toMatchObject({
      status: 201,
      answer: { labels: [{ name: "bug" }] },
    });
  });
});

const numbersIn = ({ answer }: { answer: unknown }) =>
  (answer as { number: number }[]).map(({ number }) => number);

test("a list includes pull requests unless only issues are requested, and is limited to a page", async () => {
  expect(numbersIn(await ask(`GET ${ISSUES}`))).toContain(2);
  expect(numbersIn(await ask(`GET ${ISSUES}?type=issues`))).not.toContain(2);
  expect(numbersIn(await ask(`GET ${ISSUES}?limit=1`))).toHaveLength(1);
  for (let count = 0; count < 60; count++) gitea.file("more");
  expect(numbersIn(await ask(`GET ${ISSUES}`))).toHaveLength(30);
  expect(numbersIn(await ask(`GET ${ISSUES}?limit=99`))).toHaveLength(50);
  expect(numbersIn(await ask(`GET ${ISSUES}?limit=50&page=9`))).toEqual([]);
});

test("a locked issue accepts no comment", async () => {
  const number = gitea.file("locked");
  gitea.issues[number - 1]!.isLocked = true;
  expect(await statusOf(`POST ${ISSUES}/${number}/comments`, { body: "x" })).toBe(403);
});
