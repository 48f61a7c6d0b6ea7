/**
 * Judges the daemon's unit by the properties that systemd prints.
 *
 * @module
 */
import { type Diagnosis, failedCheck, passed, warned } from "./diagnosis.ts";

export const SERVICE = "lazarus-pit.service";

/** The properties of the unit that are judged. */
export const SERVICE_PROPERTIES = [
  "LoadState",
  "ActiveState",
  "UnitFileState",
  "NeedDaemonReload",
] as const;

/**
 * The diagnosis for `text`, which has a line `Name=value` for each property. `isSupervised`: a daemon
 * runs for the root, whatever started it.
 */
export function serviceDiagnosis(text: string, isSupervised: boolean): Diagnosis {
  const values = Object.fromEntries(text.split("\n").map((line) => line.split("=", 2)));
  const [load, active, file, reload] = SERVICE_PROPERTIES.map((name) => String(values[name] ?? ""));
  if (load === "not-found")
    return warned(
      "service",
      `${SERVICE} is not installed`,
      "write it with: lazarus-pit files --output config; then see: lazarus-pit docs operations",
    );
  if (load !== "loaded")
    return warned("service", `${SERVICE} is ${load || "unknown"}`, `systemctl status ${SERVICE}`);
  if (active === "failed")
    return failedCheck("service", `${SERVICE} has failed`, `journalctl -u ${SERVICE} -n 50`);
  if (active !== "active") return inactive(active ?? "", isSupervised);
  if (reload === "yes")
    return warned(
      "service",
      `${SERVICE} was changed on disk, and systemd has not read it again`,
      `systemctl daemon-reload && systemctl restart ${SERVICE}`,
    );
  if (file === "disabled")
    return warned(
      "service",
      `${SERVICE} is active, but does not start at boot`,
      `systemctl enable ${SERVICE}`,
    );
  return passed("service", `${SERVICE} is active`);
}

const inactive = (active: string, isSupervised: boolean): Diagnosis =>
  isSupervised
    ? passed("service", `${SERVICE} is ${active}: the daemon was started in another way`)
    : warned("service", `${SERVICE} is ${active}`, `systemctl enable --now ${SERVICE}`);
