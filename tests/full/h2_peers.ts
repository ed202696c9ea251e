/**
 * Speaks HTTP/2 with real servers on loopback, on every runtime: nginx (in front of another server, and
 * reloaded under load), nghttpd and caddy, and `node:http2`; by ALPN and in clear text. The cases stand
 * in `tests/support/h2_peers_client.ts`.
 *
 * What is not installed (`.ci/packages`) is skipped and said so. Nothing needs to be root, nothing
 * leaves this machine, and everything ends with the step.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Authority } from "../support/certificates.ts";
import type { H2Peer, H2PeerSettings } from "../support/h2_peers_client.ts";
import { findProgram, freePort, type Peers } from "../support/peer_process.ts";
import { type PeerStart, runPeerStep } from "../support/peer_run.ts";
import { startServer } from "../support/server_process.ts";

type Writable<T> = { -readonly [name in keyof T]: T[name] };

/** Bytes of `large.bin`. */
const LARGE = 20 * 1024 * 1024;

/** Streams at a time that nginx and nghttpd let a connection have. */
const STREAMS = 24;

interface NginxPorts {
  readonly h2: number;
  readonly brief: number;
  readonly old: number;
  readonly origin: number;
}

function nginxConfig(folder: string, { h2, brief, old, origin }: NginxPorts): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${folder}/${name};`);
  const server = (listen: string, more: string): string => `
  server {
    listen 127.0.0.1:${listen};
    ${more}
    location /streamed/ {
      proxy_pass http://127.0.0.1:${origin}/;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_buffering off;
    }
    location / { root ${folder}/www; }
  }`;
  return `
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
worker_processes 2;
events { worker_connections 512; }
http {
${paths.join("\n")}
  access_log off;
  client_max_body_size 64m;
  large_client_header_buffers 4 64k;
  ssl_certificate ${folder}/server.pem;
  ssl_certificate_key ${folder}/server.key;
  add_header X-Connection $connection always;
  http2_max_concurrent_streams ${STREAMS};
${server(`${h2} ssl http2`, "keepalive_requests 10000;")}
${server(`${brief} ssl http2`, "keepalive_requests 50;")}
${server(`${old} ssl`, "")}
}
`;
}

function caddyConfig(folder: string, port: number, origin: number): string {
  const proxy = {
    handler: "reverse_proxy",
    upstreams: [{ dial: `127.0.0.1:${origin}` }],
    "flush_interval": -1,
    rewrite: { "strip_path_prefix": "/streamed" },
  };
  const server = {
    listen: [`127.0.0.1:${port}`],
    "automatic_https": { disable: true },
    "tls_connection_policies": [{}],
    routes: [
      { match: [{ path: ["/streamed/*"] }], handle: [proxy] },
      { handle: [{ handler: "file_server", root: `${folder}/www` }] },
    ],
  };
  const files = [{ certificate: `${folder}/server.pem`, key: `${folder}/server.key` }];
  return JSON.stringify({
    admin: { disabled: true, config: { persist: false } },
    storage: { module: "file_system", root: `${folder}/caddy` },
    apps: { http: { servers: { main: server } }, tls: { certificates: { "load_files": files } } },
  });
}

async function startNginx(
  program: string,
  peers: Peers,
  origin: number,
): Promise<NonNullable<H2PeerSettings["nginx"]>> {
  const { folder } = peers;
  const ports = { h2: await freePort(), brief: await freePort(), old: await freePort(), origin };
  const config = await peers.write("nginx.conf", nginxConfig(folder, ports));
  const { h2, brief, old } = ports;
  await peers.start(program, ["-p", folder, "-e", join(folder, "nginx.log"), "-c", config], [h2, brief, old]);
  return { brief, old, pid: Number(await readFile(join(folder, "nginx.pid"), "utf8")), h2 };
}

async function startNghttpd(program: string, peers: Peers): Promise<{ tls: number; plain: number }> {
  const { folder } = peers;
  const [tls, plain] = [await freePort(), await freePort()];
  const options = ["-a", "127.0.0.1", "-d", join(folder, "www"), "--echo-upload", "-m", `${STREAMS}`];
  options.push("--trailer", "x-checksum: abc");
  await peers.start(program, [...options, `${tls}`, join(folder, "server.key"), join(folder, "server.pem")], [tls]);
  await peers.start(program, [...options, "--no-tls", `${plain}`], [plain]);
  return { tls, plain };
}

async function start(peers: Peers): Promise<PeerStart> {
  const { folder } = peers;
  const authority = await Authority.create("Peer CA");
  const { cert, key } = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  await peers.write("server.pem", cert);
  await peers.write("server.key", key);
  await mkdir(join(folder, "www"), { mode: 0o755 });
  const large = new Uint8Array(LARGE).map((_, at) => at % 251);
  await writeFile(join(folder, "www", "large.bin"), large);
  await peers.write("www/small.txt", "small");
  const { http, both } = await startServer<{ http: number; both: { http: number; https: number } }>(
    "tests/support/origin_server.mjs",
    { tls: { cert, key } },
  );
  const list: H2Peer[] = [
    { name: "node:http2, TLS", base: `https://localhost:${both.https}/`, kind: "origin" },
    { name: "node:http2, clear text", base: `http://127.0.0.1:${both.http}/`, kind: "origin" },
  ];
  const missing: string[] = [];
  const found = (name: string): string | undefined => {
    const path = findProgram(name);
    if (path === undefined) missing.push(name);
    return path;
  };
  const settings: Writable<H2PeerSettings> = {
    ca: authority.cert,
    large: createHash("sha256").update(large).digest("hex"),
    peers: list,
  };
  const nginx = found("nginx");
  if (nginx !== undefined) {
    settings.nginx = await startNginx(nginx, peers, http);
    list.push({ name: "nginx", base: `https://localhost:${settings.nginx.h2}/`, kind: "front" });
  }
  const nghttpd = found("nghttpd");
  if (nghttpd !== undefined) {
    const { tls, plain } = await startNghttpd(nghttpd, peers);
    list.push({ name: "nghttpd, TLS", base: `https://localhost:${tls}/`, kind: "echo" });
    list.push({ name: "nghttpd, clear text", base: `http://127.0.0.1:${plain}/`, kind: "echo" });
  }
  const caddy = found("caddy");
  if (caddy !== undefined) {
    const port = await freePort();
    const config = await peers.write("caddy.json", caddyConfig(folder, port, http));
    await peers.start(caddy, ["run", "--config", config], [port]);
    list.push({ name: "caddy", base: `https://localhost:${port}/`, kind: "front" });
  }
  return { settings, missing };
}

Deno.exit(await runPeerStep("tests/support/h2_peers_client.ts", start, { logs: ["nginx.log"] }));
