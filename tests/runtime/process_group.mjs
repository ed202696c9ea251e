/** Owns the end of a process that was started `detached`, with all that it started. */

import process from "node:process";

/** Sends the signal to the group of `child`; nothing happens when that is gone, or never came. */
export function endGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
