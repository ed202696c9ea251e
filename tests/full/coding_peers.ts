/**
 * Asks real web servers on loopback, on every runtime: nginx (gzip and Brotli, made before and made
 * on the way; plain and TLS; reloaded under load) and caddy (zstd). The cases stand in
 * `tests/support/coding_peers_client.ts`.
 *
 * What is not installed (`.ci/packages`) is skipped and said so. Nothing needs to be root, nothing
 * leaves this machine, and everything ends with the step.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Authority } from "../support/certificates.ts";
import type { CodingPeerSettings } from "../support/coding_peers_client.ts";
import { findProgram, freePort, type Peers } from "../support/peer_process.ts";
import { type PeerStart, runPeerStep } from "../support/peer_run.ts";
import { startServer } from "../support/server_process.ts";

type Writable<T> = { -readonly [name in keyof T]: T[name] };

const SMALL = 2_000;
const LARGE = 10 * 1024 * 1024;

/** Text that compresses as text does, the same each time. */
function prose(length: number): string {
  let state = 1;
  const lines: string[] = [];
  for (let size = 0; size < length;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const line = `${state.toString(36)} the quick brown fox ${state % 977}\n`;
    lines.push(line);
    size += line.length;
  }
  return lines.join("").slice(0, length);
}

/** The folder of loadable modules that this nginx was built with. */
function moduleFolder(nginx: string): string {
  const { stderr } = spawnSync(nginx, ["-V"], { encoding: "utf8" });
  return /--modules-path=(\S+)/.exec(stderr)?.[1] ?? "modules";
}

interface NginxSetup {
  readonly folder: string;
  /** Directives that load what the build keeps apart. */
  readonly modules: readonly string[];
  readonly brotli: boolean;
  readonly plain: number;
  readonly tls: number;
  readonly origin: number;
}

function nginxConfig({ folder, modules, brotli, plain, tls, origin }: NginxSetup): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${folder}/${name};`);
  return `
${modules.join("\n")}
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
worker_processes 2;
events { worker_connections 512; }
http {
${paths.join("\n")}
  access_log off;
  default_type text/plain;
  client_max_body_size 64m;
  keepalive_requests 100;
  gzip_types text/plain;
  gzip_min_length 1;
  gzip_proxied any;
  server {
    listen 127.0.0.1:${plain};
    listen 127.0.0.1:${tls} ssl;
    ssl_certificate ${folder}/server.pem;
    ssl_certificate_key ${folder}/server.key;
    server_name localhost;
    root ${folder}/www;
    add_header X-Connection $connection always;
    location /made/ {
      alias ${folder}/www/;
      gzip_static on;
      gzip_vary on;
      ${brotli ? "brotli_static on;" : ""}
    }
    location /moving/ {
      alias ${folder}/bare/;
      gzip on;
      ${brotli ? "brotli on; brotli_types text/plain; brotli_min_length 1;" : ""}
    }
    location /closing/ {
      alias ${folder}/bare/;
      chunked_transfer_encoding off;
      gzip on;
    }
    location /bare/ { alias ${folder}/bare/; }
    location /last/ { alias ${folder}/bare/; keepalive_timeout 0; }
    location /old/ { proxy_pass http://127.0.0.1:${origin}/; proxy_http_version 1.0; }
    location /streamed/ {
      proxy_pass http://127.0.0.1:${origin}/;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_buffering off;
    }
    location /kept/ { proxy_pass http://127.0.0.1:${origin}/; }
    location /refused { return 417 "no"; }
    location /empty { return 204; }
    error_page 494 =431 /head;
    location /head { return 431 "too large"; }
  }
}
`;
}

function caddyConfig(folder: string, port: number): string {
  const encode = {
    handler: "encode",
    encodings: { zstd: {}, gzip: {} },
    prefer: ["zstd", "gzip"],
    "minimum_length": 1,
    match: { headers: { "Content-Type": ["text/*"] } },
  };
  const server = {
    listen: [`127.0.0.1:${port}`],
    "automatic_https": { disable: true },
    routes: [{ handle: [encode, { handler: "file_server", root: `${folder}/bare` }] }],
  };
  return JSON.stringify({
    admin: { disabled: true, config: { persist: false } },
    storage: { module: "file_system", root: `${folder}/caddy` },
    apps: { http: { servers: { main: server } } },
  });
}

async function startNginx(nginx: string, peers: Peers, settings: Writable<CodingPeerSettings>): Promise<string[]> {
  const { folder } = peers;
  const { http } = await startServer<{ http: number }>("tests/support/origin_server.mjs", {});
  const authority = await Authority.create("Peer CA");
  const { cert, key } = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  await peers.write("server.pem", cert);
  await peers.write("server.key", key);
  const files = ["filter", "static"].map((kind) => join(moduleFolder(nginx), `ngx_http_brotli_${kind}_module.so`));
  const brotli = files.every((file) => existsSync(file));
  const [plain, tls] = [await freePort(), await freePort()];
  const modules = brotli ? files.map((file) => `load_module ${file};`) : [];
  const config = await peers.write(
    "nginx.conf",
    nginxConfig({ folder, modules, brotli, plain, tls, origin: http }),
  );
  await peers.start(nginx, ["-p", folder, "-e", join(folder, "nginx.log"), "-c", config], [plain, tls]);
  const pid = Number(await readFile(join(folder, "nginx.pid"), "utf8"));
  settings.nginx = { plain, tls, ca: authority.cert, pid, brotli };
  return brotli ? [] : ["the Brotli modules of nginx"];
}

async function start(peers: Peers): Promise<PeerStart> {
  const missing: string[] = [];
  const [small, large] = [prose(SMALL), prose(LARGE)];
  for (const name of ["www", "bare"]) await mkdir(join(peers.folder, name), { mode: 0o755 });
  for (const [name, text] of [["small.txt", small], ["large.txt", large]] as const) {
    await peers.write(`bare/${name}`, text);
    await peers.write(`www/${name}`, text);
    const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
    await writeFile(join(peers.folder, "www", `${name}.gz`), gzipSync(text));
    await writeFile(join(peers.folder, "www", `${name}.br`), brotliCompressSync(text, quick));
  }
  const settings: Writable<CodingPeerSettings> = { small, lines: large.split("\n").length, large: await sha256(large) };
  const nginx = findProgram("nginx");
  if (nginx === undefined) missing.push("nginx");
  else missing.push(...await startNginx(nginx, peers, settings));
  const caddy = findProgram("caddy");
  if (caddy === undefined) missing.push("caddy");
  else {
    const port = settings.caddy = await freePort();
    const config = await peers.write("caddy.json", caddyConfig(peers.folder, port));
    await peers.start(caddy, ["run", "--config", config], [port]);
  }
  return { settings, missing };
}

async function sha256(text: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256").update(text).digest("hex");
}

Deno.exit(await runPeerStep("tests/support/coding_peers_client.ts", start, { logs: ["nginx.log"] }));
