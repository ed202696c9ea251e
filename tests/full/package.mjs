/** The package for npm in an empty project. Needs Node, whatever runs this file. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { findRuntime } from "../run/runtimes.mjs";

const { status } = spawnSync(findRuntime("node24"), ["tests/runtime/package.mjs"], { stdio: "inherit" });
process.exit(status ?? 1);
