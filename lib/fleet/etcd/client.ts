/**
 * A client of etcd's JSON gateway: one request over several endpoints, within a time limit.
 *
 * @module
 */
import type { TxnCondition, Operation } from "./operations.ts";
import { type NeededRole, refusalOf } from "./account-role.ts";
import { EtcdError, faultOf, needsLogin } from "./etcd-error.ts";
import { type ClientTls, type GatewayAnswer, postToGateway } from "./gateway-request.ts";
import { readTxn, type Txn } from "./txn-answer.ts";

const TRY_MS = 1500;
const ALL_TRIES_MS = 4000;
/** New logins within one request: each change of a role makes all tokens invalid, also during a login. */
const MOST_LOGINS = 5;

export interface EtcdAccess {
  /** URLs without a trailing slash. */
  readonly endpoints: readonly string[];
  readonly user?: string;
  /** Reads the password, at each login. */
  readonly password?: () => string;
  readonly tls?: ClientTls;
  /** The role that its requests need, for the message of a refusal. */
  readonly needs?: NeededRole;
  /** No request begins after it. */
  readonly stop?: AbortSignal;
  /** Limits of one try, and of all tries of one request; for tests with short times. */
  readonly tryMs?: number;
  readonly allTriesMs?: number;
}

/** All calls throw an EtcdError. After `unreachable`, a write may have happened. */
export interface EtcdClient {
  txn(
    conditions: readonly TxnCondition[],
    operations: readonly Operation[],
    otherwise?: readonly Operation[],
  ): Promise<Txn>;
  /** Posts to any path of the gateway. */
  call(path: string, body: object): Promise<object>;
  /** How often the revision went back or the cluster changed: etcd was restored from a backup. */
  readonly restores: number;
}

export function connectEtcd(access: EtcdAccess): EtcdClient {
  const call = createCaller(access);
  let restores = 0;
  let last: Pick<Txn, "revision" | "cluster"> | undefined;

  async function txn(...[compare, success, failure = []]: Parameters<EtcdClient["txn"]>) {
    const answer = readTxn(await call("/v3/kv/txn", { compare, success, failure }));
    if (answer === undefined || !isWhole(answer, compare, [success, failure]))
      throw new EtcdError("unreachable", "Cannot use what etcd answered");
    if (last !== undefined && isRestored(last, answer)) restores += 1;
    last = answer;
    return answer;
  }
  return {
    txn,
    call,
    get restores() {
      return restores;
    },
  };
}

const isRestored = (last: Pick<Txn, "revision" | "cluster">, { revision, cluster }: Txn): boolean =>
  revision < last.revision || cluster !== last.cluster;

/** Each operation has an answer, and without conditions a transaction succeeds. */
const isWhole = (
  { succeeded, ranges }: Txn,
  conditions: readonly TxnCondition[],
  [success, failure]: readonly [readonly Operation[], readonly Operation[]],
): boolean =>
  (succeeded || conditions.length > 0) && ranges.length === (succeeded ? success : failure).length;

const tokenIn = (json: object): string =>
  "token" in json && typeof json.token === "string" ? json.token : "";

/** Creates a function that posts to the endpoint that answered last, or to the next ones. */
function createCaller(access: EtcdAccess): EtcdClient["call"] {
  const { endpoints, tls, user, stop, tryMs = TRY_MS, allTriesMs = ALL_TRIES_MS } = access;
  let current = Math.floor(Math.random() * endpoints.length);
  let token = "";
  const endpoint = (): string => endpoints[current] ?? "";
  const post = (path: string, body: object, ms: number): Promise<GatewayAnswer> =>
    postToGateway({ url: endpoint() + path, body, token, ms, tls });

  /** Gets a token where users are configured; returns the failure, if there is one. */
  async function login(ms: number): Promise<GatewayAnswer | undefined> {
    if (user === undefined || token !== "") return undefined;
    const answer = await post(
      "/v3/auth/authenticate",
      { name: user, password: access.password?.() ?? "" },
      ms,
    );
    if (!answer.isOk) return answer.code === 3 ? { ...answer, code: 7 } : answer;
    token = tokenIn(answer.json);
    return undefined;
  }

  return async (path, body) => {
    const until = performance.now() + allTriesMs;
    const msLeft = (): number => Math.min(tryMs, until - performance.now());
    let logins = 0;
    let reason = "no answer in time";
    for (let tries = 0; tries < Math.max(2, endpoints.length) && msLeft() > 0;) {
      if (stop?.aborted === true) throw new EtcdError("unreachable", "Stopped asking etcd");
      const answer = (await login(msLeft())) ?? (await post(path, body, msLeft()));
      if (answer.isOk) return answer.json;
      if (token !== "" && needsLogin(answer.code, answer.message) && logins++ < MOST_LOGINS) {
        token = "";
        continue;
      }
      const fault = faultOf(answer.code, answer.message);
      if (fault !== undefined) throw refusalOf(fault, answer.message, access);
      // After a restore, etcd waits in silence for the revision of a token that is from before it.
      if (answer.isLate) token = "";
      reason = `${endpoint()}: ${answer.message}`;
      current = (current + 1) % endpoints.length;
      tries += 1;
    }
    throw new EtcdError("unreachable", `Cannot reach etcd at ${reason}`);
  };
}
