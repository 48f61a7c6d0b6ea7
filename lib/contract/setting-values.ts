/**
 * The values that settings may have.
 *
 * @module
 */
import * as v from "valibot";
import { wholeNumberFrom } from "../base/number.ts";

/** A path of a file or directory, from a flag or a variable: relative paths are allowed there. */
export const AnyPath = v.pipe(
  v.string("Expected a path"),
  v.regex(/^[^\u0000]+$/, "Expected a path"),
);

/** A path in a configuration file: a relative one would depend on the working directory. */
export const AbsolutePath = v.pipe(
  v.string("Expected an absolute path"),
  v.regex(/^\/[^\u0000]*$/, "Expected an absolute path"),
);

const ROUNDS = "Expected a whole number, 1 to 100";
export const RoundCount = wholeNumberFrom(1, 100, ROUNDS);

const INTERVAL = "Expected whole seconds, 1 to 86400";
export const Interval = wholeNumberFrom(1, 86_400, INTERVAL);

const HTTP_URL = "Expected an http or https URL without user, query and fragment";
const REPOSITORY = "Expected OWNER/NAME";
const LOGINS = "Expected a list of account names";
const Login = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,255}$/, LOGINS));

const HOSTS = "Expected a list of host names";
/**
 * Exact names, as the last beats of the cells give them: a pattern would match hosts that are
 * still there as well.
 */
export const HostNames = v.array(
  v.pipe(v.string(HOSTS), v.regex(/^[A-Za-z0-9._-]{1,255}$/, HOSTS)),
  HOSTS,
);

const DAYS = "Expected whole days, 1 to 3650";
export const Days = wholeNumberFrom(1, 3650, DAYS);

/** The address of a server. Whether it names a port that exists is not checked here. */
export const HttpUrl = v.pipe(
  v.string(HTTP_URL),
  v.regex(/^https?:\/\/[A-Za-z0-9.[\]:-]+(?:\/[A-Za-z0-9._~/-]*)?$/, HTTP_URL),
);

export const TrackerRepository = v.pipe(
  v.string(REPOSITORY),
  v.regex(/^(?!\.+\/)[A-Za-z0-9._-]+\/(?!\.+$)[A-Za-z0-9._-]+$/, REPOSITORY),
);

export const LoginList = v.array(Login, LOGINS);
export const Logins = v.pipe(LoginList, v.minLength(1, LOGINS));
