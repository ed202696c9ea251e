/**
 * The proxy of the soak, in a process of its own: CONNECT and absolute form, with faults on the way.
 * `GET /stats` tells what was injected. It reads a line of JSON and prints its port.
 */

import { connect, createServer } from "node:net";
import { firstLine } from "../support/first_line.mjs";
import { between, count, counts, garbage, pause, pick } from "./faults.mjs";
import { after, pass } from "./relay.mjs";

const FAULTS = [
  ..."fine ".repeat(12).trim().split(" "),
  "proxy-latency",
  "proxy-latency",
  "proxy-rst",
  "proxy-fin",
  "proxy-stall",
  "proxy-trickle",
  "proxy-garbage",
  "proxy-407",
  "proxy-502",
  "proxy-early",
];

async function lead(socket, host, port, greeting, rest, fault) {
  const onward = connect({ port, host, allowHalfOpen: true, noDelay: true });
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  await new Promise((resolve) => onward.once("connect", resolve));
  if (greeting) socket.write(greeting);
  if (rest.length > 0) onward.write(rest);
  const limit = ["proxy-rst", "proxy-fin", "proxy-stall"].includes(fault) ? between(1, 20_000) : Infinity;
  const cut = () => {
    count(fault);
    if (fault === "proxy-rst") socket.resetAndDestroy();
    else if (fault === "proxy-fin") socket.end();
    else setTimeout(() => socket.destroy(), 2_500);
  };
  pass(onward, socket, { endIn: after(limit), cut, slow: fault === "proxy-trickle" });
  pass(socket, onward);
}

async function answer(socket, head, rest) {
  const [line, ...fields] = head.split("\r\n");
  const [method, target] = line.split(" ");
  if (target === "/stats") {
    const text = JSON.stringify({ counts });
    return socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`);
  }
  const fault = pick(FAULTS);
  if (["proxy-latency", "proxy-trickle"].includes(fault)) count(fault);
  if (fault === "proxy-latency") await pause(between(5, 150));
  for (
    const [kind, reply] of [
      ["proxy-garbage", garbage()],
      ["proxy-407", 'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 3\r\n\r\nwho'],
      ["proxy-502", "HTTP/1.1 502 No\r\nContent-Length: 2\r\n\r\nno"],
    ]
  ) {
    if (fault !== kind) continue;
    count(fault);
    return socket.end(reply);
  }
  if (method === "CONNECT") {
    const [host, port] = target.split(":");
    const early = fault === "proxy-early" ? "early" : "";
    if (early) count(fault);
    return await lead(
      socket,
      host === "localhost" ? "127.0.0.1" : host,
      Number(port),
      `HTTP/1.1 200 OK\r\n\r\n${early}`,
      rest,
      fault,
    );
  }
  const url = new URL(target);
  const onward = [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...fields].join("\r\n");
  await lead(
    socket,
    url.hostname,
    Number(url.port),
    "",
    Buffer.concat([Buffer.from(`${onward}\r\n\r\n`, "latin1"), rest]),
    fault,
  );
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  let bytes = Buffer.alloc(0);
  socket.on("error", () => {});
  const read = (part) => {
    bytes = Buffer.concat([bytes, part]);
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", read);
    socket.pause();
    answer(socket, bytes.toString("latin1", 0, end), bytes.subarray(end + 4)).finally(() => socket.resume());
  };
  socket.on("data", read);
  socket.on("end", () => socket.end());
});

await firstLine();
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
