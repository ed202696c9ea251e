/**
 * Owns the start of the proxies of the tests (`proxy_server.mjs`) and what they have seen.
 * Must not know what goes through them.
 */

import { Authority } from "./certificates.ts";
import { startServer } from "./server_process.ts";

/** One thing that a proxy was asked for. */
export interface ProxySighting {
  /** The name of the proxy, as in {@linkcode Proxies}. */
  readonly proxy: string;
  readonly kind: "connect" | "forward" | "socks4" | "socks4a" | "socks5" | "login";
  /** The request target of CONNECT and of a forwarded request. */
  readonly target?: string;
  /** The fields of the same. */
  readonly fields?: readonly (readonly [string, string])[];
  /** The host that SOCKS was asked for. */
  readonly host?: string;
  readonly port?: number;
  /** Whether the host was a name. */
  readonly type?: "name" | "address";
  readonly user?: string;
  /** Whether the login was refused. */
  readonly refused?: boolean;
}

/** Ports of the proxies, on 127.0.0.1. */
interface Ports {
  readonly http: number;
  readonly basic: number;
  readonly digest: number;
  readonly https: number;
  readonly httpsBasic: number;
  readonly socks: number;
  readonly socksLogin: number;
  readonly control: number;
}

/** Running proxies. `user` and `pass` are right everywhere; names below `.test` lead to this machine. */
export interface Proxies {
  readonly ports: Ports;
  /** The CA (PEM) of the https proxies, which is nobody else's; their names are `localhost` and `127.0.0.1`. */
  readonly ca: string;
  /** What was seen since the last question. */
  seen(): Promise<readonly ProxySighting[]>;
}

let running: Promise<Proxies> | undefined;

/** The proxies of this test process, started on first use; they end with the process. */
export function proxies(): Promise<Proxies> {
  return running ??= start();
}

async function start(): Promise<Proxies> {
  const authority = await Authority.create("Proxy CA");
  const { cert, key } = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  const ports = await startServer<Ports>("tests/support/proxy_server.mjs", { tls: { cert, key } });
  return {
    ports,
    ca: authority.cert,
    async seen() {
      return JSON.parse(await readOnce(ports.control)) as ProxySighting[];
    },
  };
}

interface NodeHttp {
  get(options: object, listener: (response: AsyncIterable<Uint8Array>) => void): {
    on(event: "error", listener: (error: Error) => void): void;
  };
}

/** The body at a port of this machine, over a connection that is closed afterwards. */
async function readOnce(port: number): Promise<string> {
  const { get } = process.getBuiltinModule("node:http") as unknown as NodeHttp;
  const response = await new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
    get({ host: "127.0.0.1", port, agent: false }, resolve).on("error", reject);
  });
  let text = "";
  for await (const part of response) text += new TextDecoder().decode(part);
  return text;
}
