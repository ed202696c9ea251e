/**
 * Goes through real proxies on loopback, on every runtime: squid (CONNECT and forwarding; Basic and
 * Digest), stunnel in front of it (an https proxy), microsocks (SOCKS 5 with a password), dante
 * (SOCKS 4, 4a, 5). The cases stand in `tests/support/proxy_peers_client.ts`.
 *
 * What is not installed (`.ci/packages`) is skipped and said so. Nothing needs to be root, nothing
 * leaves this machine, and everything ends with the step.
 */

import { Authority } from "../support/certificates.ts";
import { findProgram, freePort, Peers } from "../support/peer_process.ts";
import type { PeerSettings } from "../support/proxy_peers_client.ts";
import { startServer } from "../support/server_process.ts";
import { ensureTools, readTotals, run, totalsLine } from "../run/project.mjs";
import { findRuntime, RUNTIMES } from "../run/runtimes.mjs";
import { transpile, transpiledPath } from "../run/transpile.mjs";

const CLIENT = "tests/support/proxy_peers_client.ts";

/** How long all the cases of one runtime may take, in milliseconds. */
const LIMIT = 4 * 60_000;

/** Asked by squid about each login, line by line; the password is never on a command line. */
const BASIC_HELPER = `#!/bin/sh
while read -r user password; do
  if [ "$user $password" = "user pass" ]; then echo OK; else echo ERR; fi
done
`;

/** Tells squid md5("user:proxy:pass"). */
const DIGEST_HELPER = `#!/bin/sh
while read -r line; do
  case "$line" in
    *'"user":"proxy"'*) echo 'OK ha1="HA1"' ;;
    *) echo ERR ;;
  esac
done
`;

function squidConfig(folder: string, open: number, login: number): string {
  return `
http_port 127.0.0.1:${open} name=open
http_port 127.0.0.1:${login} name=login
visible_hostname squid.test
pid_filename ${folder}/squid.pid
cache_log ${folder}/cache.log
access_log stdio:${folder}/access.log
coredump_dir ${folder}
cache deny all
cache_mem 8 MB
netdb_filename none
pinger_enable off
shutdown_lifetime 1 seconds
dns_nameservers 127.0.0.1
hosts_file ${folder}/hosts
auth_param digest program ${folder}/digest.sh
auth_param digest children 2
auth_param digest realm proxy
auth_param digest nonce_max_count 3
auth_param basic program ${folder}/basic.sh
auth_param basic children 2
auth_param basic realm proxy
acl on_open myportname open
acl on_login myportname login
acl users proxy_auth REQUIRED
acl forbidden port 7
http_access deny forbidden
http_access allow on_open
http_access allow on_login users
http_access deny all
`;
}

function stunnelConfig(
  folder: string,
  services: readonly (readonly [name: string, port: number, to: number])[],
): string {
  const head = `foreground = yes\npid =\ndebug = warning\n`;
  return head +
    services.map(([name, port, to]) =>
      `[${name}]\naccept = 127.0.0.1:${port}\nconnect = 127.0.0.1:${to}\n` +
      `cert = ${folder}/proxy.pem\nkey = ${folder}/proxy.key\n`
    ).join("");
}

function danteConfig(folder: string, port: number): string {
  return `
logoutput: ${folder}/danted.log
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
clientmethod: none
socksmethod: none
client pass {
  from: 127.0.0.0/8 to: 0.0.0.0/0
}
socks pass {
  from: 127.0.0.0/8 to: 0.0.0.0/0
  protocol: tcp
  proxyprotocol: socks_v4 socks_v5
}
`;
}

async function md5(text: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  return createHash("md5").update(text).digest("hex");
}

type Writable<T> = { -readonly [name in keyof T]: T[name] };

/** Starts whatever is installed; tells the rest. */
async function startPeers(peers: Peers, settings: Writable<PeerSettings>, authority: Authority): Promise<string[]> {
  const missing: string[] = [];
  const program = (name: string): string | undefined => {
    const path = findProgram(name);
    if (path === undefined) missing.push(name);
    return path;
  };
  const { folder } = peers;
  const squid = program("squid");
  if (squid) {
    const [open, login] = [await freePort(), await freePort()];
    await peers.write("hosts", "127.0.0.1 localhost\n");
    await peers.write("basic.sh", BASIC_HELPER, 0o755);
    await peers.write("digest.sh", DIGEST_HELPER.replace("HA1", await md5("user:proxy:pass")), 0o755);
    const config = await peers.write("squid.conf", squidConfig(folder, open, login));
    await peers.start(squid, ["-N", "-f", config], [open, login]);
    settings.squid = { open, login };
  }
  const stunnel = squid && program("stunnel");
  if (stunnel) {
    const { cert, key } = await authority.issue({ names: ["localhost"] });
    await peers.write("proxy.pem", cert);
    await peers.write("proxy.key", key);
    const [open, login] = [await freePort(), await freePort()];
    const services = [["open", open, settings.squid!.open], ["login", login, settings.squid!.login]] as const;
    await peers.start(stunnel, [await peers.write("stunnel.conf", stunnelConfig(folder, services))], [open, login]);
    settings.stunnel = { open, login };
  }
  const microsocks = program("microsocks");
  if (microsocks) {
    const port = settings.microsocks = await freePort();
    // Bound to IPv4, it looks names up for IPv4.
    const args = ["-i", "127.0.0.1", "-p", `${port}`, "-b", "127.0.0.1", "-u", "user", "-P", "pass"];
    await peers.start(microsocks, args, [port]);
  }
  const danted = program("danted");
  if (danted) {
    const port = settings.dante = await freePort();
    const config = await peers.write("danted.conf", danteConfig(folder, port));
    await peers.start(danted, ["-f", config, "-p", `${folder}/danted.pid`], [port]);
  }
  return missing;
}

/** The command line of the client on a runtime. */
function clientOn(id: string): string[] {
  if (id === "deno") return ["run", "-A", "--no-prompt", "--no-check", CLIENT];
  if (id === "bun") return ["run", CLIENT];
  if (id === "node20") return ["--enable-source-maps", transpiledPath(CLIENT)];
  return ["--import", "./tests/run/std_hooks.mjs", "--disable-warning=ExperimentalWarning", CLIENT];
}

async function main(): Promise<number> {
  ensureTools();
  const failures = await transpile();
  if (failures.length > 0) throw new Error(`Cannot transpile ${failures[0].path}: ${failures[0].reason}`);
  const authority = await Authority.create("Proxy CA");
  const origins = await Authority.create("Origin CA");
  const tls = await origins.issue({ names: ["localhost", "127.0.0.1"] });
  const { http, https } = await startServer<{ http: number; https: number }>("tests/support/origin_server.mjs", {
    tls,
  });
  const settings: Writable<PeerSettings> = {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    originCa: origins.cert,
    proxyCa: authority.cert,
    nobody: await freePort(),
  };
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const peers = await Peers.create();
  try {
    const missing = await startPeers(peers, settings, authority);
    totals.skipped = missing.length;
    if (missing.length > 0) console.log(`Skipped, not installed: ${missing.join(", ")} (see .ci/packages)`);
    for (const { id } of RUNTIMES) {
      const { code, output } = await run(findRuntime(id), [...clientOn(id), JSON.stringify(settings)], {
        limit: LIMIT,
      });
      const counts = readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 };
      if (code !== 0) console.log(`\n[${id}]\n${output.slice(-8_000)}`);
      console.log(`${id}: ${totalsLine(counts)}`);
      totals.passed += counts.passed;
      totals.failed += counts.failed === 0 && code !== 0 ? 1 : counts.failed;
    }
    if (totals.failed > 0) console.log(await peers.report(["cache.log", "access.log", "danted.log"]));
  } finally {
    await peers.stop();
  }
  console.log(totalsLine(totals));
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

Deno.exit(await main());
