/**
 * A script that opens a socket and comes to its end; whether the process ends too is what the test asks.
 *
 *   hold_script native|node  clear|tls  ref|unref|both  port
 */

import { CancelToken } from "../../src/base/cancel.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { nodeConnector } from "../../src/net/node.ts";

const { argv } = process;
const [which, how, hold, port] = argv.slice(2);
const connector = which === "node" ? nodeConnector : detectRuntime().connector!;
const tls = how === "clear" ? null : {
  serverName: "localhost",
  ca: null,
  extraCa: null,
  cert: null,
  key: null,
  // Deno's own TLS cannot but verify; the certificate comes by the environment.
  verify: true,
  pins: null,
  minVersion: "1.2",
  maxVersion: null,
  alpn: null,
} as const;

let socket = await connector.connect(
  { kind: "tcp", host: "127.0.0.1", port: Number(port), localAddress: null, tls, nestedTls: false },
  new CancelToken(),
);
if (tls) socket = await socket.startTls(tls, new CancelToken());
socket.start({ buffer: () => new Uint8Array(16), bytes() {}, end() {}, error() {}, drain() {} });
socket.write(new Uint8Array([1]));
if (hold !== "ref") socket.unref();
if (hold === "both") socket.ref();
console.log("end of script");
