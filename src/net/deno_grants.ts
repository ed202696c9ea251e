/**
 * Owns the permissions that a connection through Deno's Node layer needs.
 * Must not know that layer; Deno's own sockets ask by themselves.
 * Invariant: what is missing is found out here. `node:net` would throw it where nobody can
 * catch it, and end the process.
 */

import type { ConnectTarget } from "../core/socket.ts";
import { hostPort } from "./address.ts";
import { denoHost, type DenoPermission } from "./deno_host.ts";
import { connectError } from "./translate.ts";

/** The permissions to reach `target`. */
export function permissionsFor(target: ConnectTarget): DenoPermission[] {
  if (target.kind === "unix") {
    const { path } = target;
    return [{ name: "net" }, { name: "read", path }, { name: "write", path }];
  }
  const permissions: DenoPermission[] = [{ name: "net", host: hostPort(target.host, target.port) }];
  if (target.localAddress !== null) permissions.push({ name: "net", host: hostPort(target.localAddress, 0) });
  return permissions;
}

/** Asks for what is missing, as connecting would; rejects with `ConnectError` when it is not given. */
export async function needPermissions(target: ConnectTarget): Promise<void> {
  const { permissions } = denoHost();
  for (const permission of permissionsFor(target)) {
    if (permissions.querySync(permission).state === "granted") continue;
    if ((await permissions.request(permission)).state === "granted") continue;
    const cause = Object.assign(new Error(`Requires ${permission.name} access`), { name: "NotCapable" });
    throw connectError(cause, target);
  }
}
