/**
 * Logs in at a real lighttpd on loopback, on every runtime: Basic, Digest with MD5 and with SHA-256,
 * fresh, aged and stale nonces. The cases stand in `tests/support/auth_peers_client.ts`.
 *
 * What is not installed (`.ci/packages`) is skipped and said so. Nothing needs to be root, nothing
 * leaves this machine, and everything ends with the step.
 */

import { createHash } from "node:crypto";
import type { AuthPeerSettings } from "../support/auth_peers_client.ts";
import { findProgram, freePort, type Peers } from "../support/peer_process.ts";
import { type PeerStart, runPeerStep } from "../support/peer_run.ts";
import { startServer } from "../support/server_process.ts";

const REALM = "camera";
const USER = "user";
const PASSWORD = "pass";

/** The sockets of the server, each with the way in that it asks for. */
const WAYS = {
  basic: `"method" => "basic"`,
  md5: `"method" => "digest", "algorithm" => "MD5"`,
  sha256: `"method" => "digest", "algorithm" => "SHA-256"`,
  both: `"method" => "digest", "algorithm" => "MD5|SHA-256"`,
} as const;

type Way = keyof typeof WAYS;

function config(folder: string, ports: Readonly<Record<Way, number>>, open: number, origin: number): string {
  const sockets = Object.entries(WAYS).map(([way, asks]) => `
$SERVER["socket"] == "127.0.0.1:${ports[way as Way]}" {
  auth.backend = "${way === "basic" ? "plain" : "htdigest"}"
  auth.require = ("" => (${asks}, "realm" => "${REALM}", "require" => "valid-user"))
}`);
  return `
server.modules = ("mod_auth", "mod_authn_file", "mod_proxy")
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${open}
server.errorlog = "${folder}/lighttpd.log"
server.max-keep-alive-requests = 1000
auth.backend.plain.userfile = "${folder}/plain"
auth.backend.htdigest.userfile = "${folder}/htdigest"
proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${origin})))
${sockets.join("\n")}
`;
}

function htdigest(): string {
  const line = (algorithm: string): string =>
    `${USER}:${REALM}:${createHash(algorithm).update(`${USER}:${REALM}:${PASSWORD}`).digest("hex")}\n`;
  return line("md5") + line("sha256");
}

async function start(peers: Peers): Promise<PeerStart> {
  const lighttpd = findProgram("lighttpd");
  if (lighttpd === undefined) return { settings: {}, missing: ["lighttpd"] };
  const { http } = await startServer<{ http: number }>("tests/support/origin_server.mjs", {});
  const open = await freePort();
  const ports = { basic: await freePort(), md5: await freePort(), sha256: await freePort(), both: await freePort() };
  await peers.write("plain", `${USER}:${PASSWORD}\n`);
  await peers.write("htdigest", htdigest());
  const file = await peers.write("lighttpd.conf", config(peers.folder, ports, open, http));
  await peers.start(lighttpd, ["-D", "-f", file], [open, ...Object.values(ports)]);
  const settings: AuthPeerSettings = { ports, realm: REALM, user: USER, password: PASSWORD };
  return { settings: { lighttpd: settings }, missing: [] };
}

Deno.exit(await runPeerStep("tests/support/auth_peers_client.ts", start, { lanes: 4, logs: ["lighttpd.log"] }));
