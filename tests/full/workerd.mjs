/**
 * The behaviour tests in workerd, the runtime of Cloudflare, as far as it can show them. Needs Node,
 * whatever runs this file.
 */

import { spawnSync } from "node:child_process";
import { findRuntime } from "../run/runtimes.mjs";

const { status } = spawnSync(findRuntime("node24"), ["tests/runtime/workerd.mjs"], { stdio: "inherit" });
process.exit(status ?? 1);
