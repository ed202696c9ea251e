/**
 * A server of HTTP/2 in a process of its own that keeps going away: on each connection it processes
 * some requests, names the last of them in GOAWAY, and never looks at those that came behind it. It
 * stands on the test-only server role of the codec, since `node:http2` cannot name a lower stream.
 *
 * It reads one line of JSON (`{ tls }`: certificate and key) and prints its ports. On the port `stats`
 * any request is answered with how often it went away, how many requests it left, and how often each
 * POST was processed.
 */

import { createServer as createPlainServer } from "node:http";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { between, count, counts, pause } from "../soak/faults.mjs";
import { DEFAULT_FRAME_SIZE } from "../../src/protocol/h2/frames.ts";
import { firstLine } from "./first_line.mjs";
import { data, goAway, H2Peer, join, settings, SETTINGS_ACK, windowUpdate } from "./h2_peer.ts";

/** Requests of one connection before the server goes away. */
const [FEWEST, MOST] = [60, 160];

/** Of those under way then, so many at most are left unprocessed. */
const MOST_LEFT = 8;

/** The number that the first of two GOAWAYs names: no stream is lost by it. */
const LAST_STREAM = 0x7fffffff;

/** How often the POST of an id was processed. */
const posts = new Map<string, number>();

function left(isPost: boolean): void {
  count(isPost ? "left POST" : "left GET");
}

interface Request {
  readonly stream: number;
  readonly isPost: boolean;
  readonly id: string;
  length: number;
  ended: boolean;
}

function serve(socket: Socket): void {
  const h2 = new H2Peer();
  const requests = new Map<number, Request>();
  const life = between(FEWEST, MOST);
  /** Requests that came beyond it are not looked at. */
  let last = Infinity;
  let processed = 0;

  // A write behind the end would destroy the socket, and what the client has not read yet would be lost with it.
  const send = (bytes: Uint8Array): void => {
    if (socket.writable) socket.write(bytes);
  };

  /** Names a stream below those that were opened last, none of which has been processed. */
  async function leave(): Promise<void> {
    if (Math.random() < 0.5) {
      send(goAway(LAST_STREAM, 0));
      await pause(between(0, 4));
    }
    const waiting = [...requests.keys()].sort((a, b) => a - b).slice(-between(1, MOST_LEFT + 1));
    last = waiting[0]! - 2;
    count("goaway");
    for (const stream of waiting) {
      left(requests.get(stream)!.isPost);
      requests.delete(stream);
    }
    send(goAway(last, 0));
  }

  function answer({ stream, isPost, id, length }: Request): void {
    if (isPost) posts.set(id, (posts.get(id) ?? 0) + 1);
    processed++;
    requests.delete(stream);
    const frames = [h2.head(stream, [[":status", "200"], ["x-id", id]])];
    for (let at = 0; at < length; at += DEFAULT_FRAME_SIZE) {
      frames.push(data(stream, "x".repeat(Math.min(DEFAULT_FRAME_SIZE, length - at))));
    }
    send(join(...frames, data(stream, "", true)));
  }

  /** Nothing else processes requests: what is left has not been touched. */
  async function work(): Promise<void> {
    while (!socket.destroyed && (last === Infinity || requests.size > 0)) {
      await pause(between(1, 4));
      for (const request of requests.values()) if (request.ended && Math.random() < 0.6) answer(request);
      if (processed >= life && last === Infinity && requests.size > 0) await leave();
    }
    socket.end();
  }

  function take(line: string): void {
    const [, type, id, flags, length, fields] = /^(\w+) (\d+) (\d+) (\d+)(.*)$/.exec(line)!;
    const stream = Number(id);
    const isLast = (Number(flags) & 1) !== 0;
    if (type === "SETTINGS" && !isLast) return send(SETTINGS_ACK);
    if (type === "DATA" && Number(length) > 0) send(windowUpdate(0, Number(length)));
    if (type === "HEADERS") {
      const isPost = fields!.includes(" :method=POST");
      if (stream > last) return left(isPost);
      requests.set(stream, { stream, isPost, id: / x-id=(\S+)/.exec(fields!)![1]!, length: 0, ended: false });
    }
    const request = requests.get(stream);
    if (request === undefined) return;
    if (type === "DATA") {
      request.length += Number(length);
      if (!isLast) send(windowUpdate(stream, Number(length)));
    }
    if (!isLast) return;
    request.ended = true;
  }

  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    for (const line of h2.read(bytes)) take(line);
  });
  send(settings([3, 100]));
  work();
}

const { tls } = JSON.parse(await firstLine() as string);
const secure = createTlsServer({ ...tls, ALPNProtocols: ["h2"] }, serve);
const clear = createServer({ noDelay: true }, serve);
const stats = createPlainServer((_, response) => response.end(JSON.stringify({ counts, posts: [...posts] })));
const ports: number[] = [];
for (const server of [secure, clear, stats]) {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ports.push((server.address() as { port: number }).port);
}
console.log(JSON.stringify({ secure: ports[0], clear: ports[1], stats: ports[2] }));
