/**
 * Owns the servers of a run: the one of `server.c`, and nginx (else `node:https`) for TLS.
 * Must not know who asks them.
 * Invariant: loopback only; each is a process of its own and ends with the run, at the latest
 * after `LIFETIME`.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Authority } from "../../tests/support/certificates.ts";
import { UPLOAD_BYTES } from "../contenders/contender.ts";

/** Seconds after which a server ends by itself. */
const LIFETIME = 7_200;

/** The running servers. */
export interface Servers {
  /** `http://127.0.0.1:port`. */
  readonly http: string;
  /** `https://localhost:port`. */
  readonly https: string;
  /** `https://localhost:port` that speaks HTTP/2; only nginx does. */
  readonly h2: string | undefined;
  /** What speaks TLS. */
  readonly tlsServer: string;
  /** Path of the CA (PEM). */
  readonly ca: string;
  stop(): void;
}

/** Compiles the server of `server.c` into `folder`, if need be; its path. */
export function compileServer(root: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "server");
  const source = join(root, "bench/server/server.c");
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
    const { status, stderr } = spawnSync("cc", ["-O2", "-o", program, source], { encoding: "utf8" });
    if (status !== 0) throw new Error(`Cannot compile bench/server/server.c: ${stderr || "there is no C compiler"}`);
  }
  return program;
}

/** Compiles and starts them; `folder` takes what is built. `node` is the runtime of the fallback. */
export async function startServers(root: string, folder: string, node: string): Promise<Servers> {
  const program = compileServer(root, folder);
  const children: ChildProcess[] = [];
  const plain = spawn(program, [`${LIFETIME}`], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(plain);
  const port = await firstLine(plain);

  const authority = await Authority.create("Bench CA");
  const issued = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, authority.cert);
  writeFileSync(join(folder, "cert.pem"), issued.cert);
  writeFileSync(join(folder, "key.pem"), issued.key);
  const nginx = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  const tls = nginx.status === 0 ? await startNginx(folder) : startHttps(root, folder, node);
  children.push(tls.child);
  return {
    http: `http://127.0.0.1:${port}`,
    https: `https://localhost:${await tls.port}`,
    h2: "h2" in tls ? `https://localhost:${tls.h2}` : undefined,
    tlsServer: nginx.status === 0 ? nginx.stderr.trim().replace(/^.*: /, "") : "node:https",
    ca,
    stop() {
      for (const child of children) child.kill();
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    child.once("exit", (code) => reject(new Error(`The server ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function startNginx(folder: string): Promise<{ child: ChildProcess; port: number; h2: number }> {
  const [port, h2] = [await freePort(), await freePort()];
  const big = join(folder, "big");
  if (!existsSync(big)) writeFileSync(big, "");
  truncateSync(big, UPLOAD_BYTES);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${folder}/${name};`).join("\n");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events { worker_connections 4096; }
http {
${temporary}
  access_log off;
  sendfile on;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  default_type application/json;
  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    listen 127.0.0.1:${h2} ssl http2 backlog=4096;
    server_name localhost;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ssl_session_cache shared:bench:1m;
    root ${folder};
    location = /small { return 200 '{"id":1,"name":"hello"}'; }
    location = /big { }
    location / { return 404; }
  }
}
`,
  );
  const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "inherit" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
  return { child, port, h2 };
}

function startHttps(root: string, folder: string, node: string): { child: ChildProcess; port: Promise<string> } {
  const script = join(root, "bench/server/tls_server.mjs");
  const child = spawn(node, [script, folder, `${LIFETIME}`], { stdio: ["pipe", "pipe", "inherit"] });
  return { child, port: firstLine(child) };
}
