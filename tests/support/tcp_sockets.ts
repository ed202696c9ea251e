/**
 * Owns how many TCP sockets this process has.
 * Must not know whose they are; the pairs that a runtime opens for itself are none.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** TCP sockets of this process; 0 where the system does not tell. */
export function tcpSockets(): number {
  if (!existsSync("/proc/net/tcp")) return 0;
  const known = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
      readFileSync(path, "utf8").split("\n").map((line) => line.trim().split(/\s+/)[9])
    ),
  );
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${name}`))?.[1];
      return inode !== undefined && known.has(inode);
    } catch {
      // The descriptor of the listing itself is gone by now.
      return false;
    }
  }).length;
}
