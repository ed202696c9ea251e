/** Finds the four runtimes in the exact versions the tests stand for, or installs them from npm. */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "./project.mjs";

/** The versions under test. `binary` is the name on the PATH, `variable` the way to name another place. */
export const RUNTIMES = [
  { id: "deno", binary: "deno", version: "2.9.6", variable: "JETSTREAM_DENO" },
  { id: "bun", binary: "bun", version: "1.4.5", variable: "JETSTREAM_BUN" },
  { id: "node20", binary: "node", version: "20.20.2", variable: "JETSTREAM_NODE20" },
  { id: "node24", binary: "node", version: "24.21.0", variable: "JETSTREAM_NODE24" },
];

const FOLDER = join(ROOT, ".runtimes");

/** The version that an executable says it is; `undefined` when it does not run. */
export function versionOf(path) {
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 30_000 });
  return status === 0 ? parseVersion(stdout) : undefined;
}

/** The first version number in a text. */
export function parseVersion(text) {
  return /\d+\.\d+\.\d+(?:-[\w.]+)?/.exec(text)?.[0];
}

/**
 * The npm package that carries a runtime's executable for a platform, and the path inside it.
 * These packages need no install script, which many machines do not run.
 */
export function platformPackage(id, { platform, arch, musl = false, oldCpu = false }) {
  if (!["linux", "darwin"].includes(platform) || !["x64", "arm64"].includes(arch)) return undefined;
  if (id === "deno") {
    const target = platform === "linux" ? `linux-${arch}-glibc` : `darwin-${arch}`;
    return musl ? undefined : { name: `@deno/${target}`, path: "deno" };
  }
  if (id === "bun") {
    const cpu = arch === "arm64" ? "aarch64" : "x64";
    const target = `${platform}-${cpu}${musl ? "-musl" : ""}${oldCpu ? "-baseline" : ""}`;
    return { name: `@oven/bun-${target}`, path: "bin/bun" };
  }
  if (musl) return undefined;
  return {
    name: `${platform === "darwin" && arch === "arm64" ? "node-bin" : "node"}-${platform}-${arch}`,
    path: "bin/node",
  };
}

function thisPlatform() {
  let oldCpu = false;
  if (process.platform === "linux" && process.arch === "x64" && existsSync("/proc/cpuinfo")) {
    oldCpu = !/\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  }
  const musl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
  return { platform: process.platform, arch: process.arch, musl, oldCpu };
}

/** Candidates in order: the variable, this very Node, every folder of the PATH. */
function candidates(runtime) {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter(Boolean).map((folder) =>
    join(folder, runtime.binary)
  );
  return [...(runtime.binary === "node" ? [process.execPath] : []), ...new Set(onPath)].filter((path) =>
    existsSync(path)
  );
}

function install(runtime) {
  const wanted = platformPackage(runtime.id, thisPlatform());
  if (!wanted) {
    throw new Error(`Cannot install ${runtime.id} on ${process.platform} ${process.arch}: set ${runtime.variable}`);
  }
  const target = join(FOLDER, `${runtime.id}-${runtime.version}`);
  const binary = join("node_modules", wanted.name, wanted.path);
  if (existsSync(join(target, binary))) return join(target, binary);
  console.log(`Installing ${runtime.id} ${runtime.version} into .runtimes/`);
  mkdirSync(FOLDER, { recursive: true });
  const place = mkdtempSync(join(FOLDER, "tmp-"));
  writeFileSync(join(place, "package.json"), `{"private":true}\n`);
  const { status } = spawnSync(
    "npm",
    [
      "install",
      "--ignore-scripts",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      `${wanted.name}@${runtime.version}`,
    ],
    { cwd: place, stdio: ["ignore", "inherit", "inherit"] },
  );
  if (status !== 0 || !existsSync(join(place, binary))) {
    rmSync(place, { recursive: true, force: true });
    throw new Error(`Cannot install ${runtime.id} ${runtime.version} from npm`);
  }
  chmodSync(join(place, binary), 0o755);
  try {
    renameSync(place, target);
  } catch (error) {
    // Another run was faster.
    rmSync(place, { recursive: true, force: true });
    if (!existsSync(join(target, binary))) throw error;
  }
  return join(target, binary);
}

/** The path of one runtime; throws when it can be neither found nor installed. */
export function findRuntime(id) {
  const runtime = RUNTIMES.find((each) => each.id === id);
  if (!runtime) throw new Error(`Unknown runtime "${id}": choose from ${RUNTIMES.map((each) => each.id).join(", ")}`);
  const named = process.env[runtime.variable];
  if (named) {
    if (!versionOf(named)) throw new Error(`Cannot run ${runtime.variable}=${named}`);
    return named;
  }
  for (const path of candidates(runtime)) if (versionOf(path) === runtime.version) return path;
  const path = install(runtime);
  const version = versionOf(path);
  if (version !== runtime.version) throw new Error(`Installed ${id} is ${version}, wanted ${runtime.version}`);
  return path;
}
