/**
 * The name of this host in the fleet.
 *
 * @module
 */
import * as v from "valibot";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { FleetHostName } from "../../contract/fleet-settings.ts";
import { hostName } from "../../host/host.ts";

/**
 * The configured name, or the kernel's in lower case.
 *
 * @throws {OperatorError} of kind `config` if the kernel's cannot be used.
 */
export function fleetNameOf({ fleet_name }: { readonly fleet_name?: string | undefined }): string {
  const name = fleet_name ?? hostName().toLowerCase();
  if (v.is(FleetHostName, name)) return name;
  throw new OperatorError(
    "config",
    `Cannot use the name of this host, ${quoted(name)}, in a fleet`,
    "set fleet_name: a to z, 0 to 9, dots and dashes",
  );
}
