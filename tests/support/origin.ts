/**
 * Owns the start of the test server (`origin_server.mjs`) in a process of its own, on every runtime.
 * Must not know what is asked of it.
 */

import { Authority } from "./certificates.ts";
import { startServer } from "./server_process.ts";

/** A running server. */
export interface Origin {
  /** `http://127.0.0.1:port`. */
  readonly http: string;
  /** `https://localhost:port`; its certificate is for `localhost` and `127.0.0.1`. */
  readonly https: string;
  /** `http://127.0.0.1:port` of a proxy in the same process; `/proxied` tells what it was asked for. */
  readonly proxy: string;
  /** `https://localhost:port` of the same proxy behind TLS. */
  readonly tlsProxy: string;
  /** `127.0.0.1:port` of a name server in the same process; what it answers stands in the name. */
  readonly dns: string;
  /** Path of its unix socket. */
  readonly unix: string;
  /** The same server where it speaks HTTP/2 too: to whoever begins with it, and by ALPN. */
  readonly both: { readonly http: string; readonly https: string; readonly unix: string };
  /** The CA (PEM) that its certificate comes from. */
  readonly ca: string;
  /** Pin of its key. */
  readonly pin: string;
  /** A client certificate of the same CA. */
  readonly client: { readonly cert: string; readonly key: string };
}

interface Ports {
  readonly http: number;
  readonly https: number;
  readonly proxy: number;
  readonly tlsProxy: number;
  readonly dns: number;
  readonly unix: string;
  readonly both: { readonly http: number; readonly https: number; readonly unix: string };
}

let running: Promise<Origin> | undefined;

/** The server of this test process, started on first use; it ends with the process. */
export function origin(): Promise<Origin> {
  return running ??= start();
}

async function start(): Promise<Origin> {
  const authority = await Authority.create("Origin CA");
  const server = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  const client = await authority.issue({ names: ["client.test"], subject: "client.test", purpose: "client" });
  const name = `jetstream-${crypto.randomUUID()}.sock`;
  const { tmpdir } = process.getBuiltinModule("node:os");
  const tls = { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
  const settings = { tls, unix: `${tmpdir()}/${name}` };
  const ports = await startServer<Ports>(
    "tests/support/origin_server.mjs",
    settings,
  );
  return {
    http: `http://127.0.0.1:${ports.http}`,
    https: `https://localhost:${ports.https}`,
    proxy: `http://127.0.0.1:${ports.proxy}`,
    tlsProxy: `https://localhost:${ports.tlsProxy}`,
    dns: `127.0.0.1:${ports.dns}`,
    unix: ports.unix,
    both: {
      http: `http://127.0.0.1:${ports.both.http}`,
      https: `https://localhost:${ports.both.https}`,
      unix: ports.both.unix,
    },
    ca: authority.cert,
    pin: server.pin,
    client: { cert: client.cert, key: client.key },
  };
}
