/**
 * Owns a port that stays the same before a server that need not: bytes pass both ways, and what goes wrong
 * with them on the way.
 * Must not know what the bytes say, but for how long the frames of HTTP/2 are.
 */

import { connect, createServer } from "node:net";
import { between, count, garbage, pause, pick } from "./faults.mjs";

/** What may go wrong with a connection; `fine` stands for nothing. */
const FAULTS = [
  ..."fine ".repeat(8).trim().split(" "),
  "h2-rst",
  "h2-fin",
  "h2-half-close",
  "h2-stall",
  "h2-trickle",
  "h2-garbage",
  "h2-latency",
];

/** Bytes of an answer's stream after which something goes wrong, at most. */
const MOST_BYTES = 200_000;

/** Bytes before a frame's content. */
const FRAME_HEAD = 9;

/** Where in the next part a stream ends that may have `limit` bytes. */
export function after(limit) {
  let left = limit;
  return (part) => {
    const end = left;
    left -= part.length;
    return end;
  };
}

/** The same, at the end of a frame: within a frame nobody can tell other bytes from those that were sent. */
function afterFrame(limit) {
  let passed = 0;
  let head = Buffer.alloc(0);
  let next = 0;
  return (part) => {
    let end = Infinity;
    while (next <= passed + part.length && end === Infinity) {
      if (next >= Math.max(limit, passed)) end = next - passed;
      const from = Math.max(0, next - passed);
      const bytes = Buffer.concat([head, part.subarray(from, next + FRAME_HEAD - passed)]);
      head = bytes.length < FRAME_HEAD ? bytes : Buffer.alloc(0);
      if (bytes.length < FRAME_HEAD) break;
      next += FRAME_HEAD + bytes.readUIntBE(0, 3);
    }
    passed += part.length;
    return end;
  };
}

/** Passes bytes on from one socket to the other, up to where `endIn` says that they end; then `cut` is called once. */
export function pass(from, to, { endIn = after(Infinity), cut = () => {}, slow = false } = {}) {
  let over = false;
  let chain = Promise.resolve();
  from.on("data", (part) => {
    if (over) return;
    const end = endIn(part);
    over = end <= part.length;
    const bytes = over ? part.subarray(0, end) : part;
    if (slow) {
      from.pause();
      chain = chain.then(async () => {
        for (let at = 0; at < bytes.length && !to.destroyed; at += 1_500) {
          to.write(bytes.subarray(at, at + 1_500));
          await pause(between(0, 4));
        }
        from.resume();
      });
    } else if (!to.write(bytes)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
    if (over) cut();
  });
  from.on("end", () => chain.then(() => to.end()));
  from.on("close", () => chain.then(() => to.destroy()));
}

/** What happens to a connection once its bytes are spent. */
const CUTS = {
  "h2-rst": (socket) => socket.resetAndDestroy(),
  "h2-fin": (socket, onward) => {
    socket.end();
    onward.destroy();
  },
  "h2-half-close": (socket) => socket.end(),
  "h2-stall": (socket) => setTimeout(() => socket.destroy(), 2_500),
  "h2-garbage": (socket) => socket.end(garbage()),
};

async function lead(socket, onward, fault, isSecret) {
  if (fault === "h2-latency") await pause(between(5, 200));
  if (fault === "h2-latency" || fault === "h2-trickle") count(fault);
  const limit = between(1, Math.random() < 0.3 ? 200 : MOST_BYTES);
  const cut = CUTS[fault];
  pass(onward, socket, {
    endIn: cut === undefined ? undefined : fault === "h2-garbage" && !isSecret ? afterFrame(limit) : after(limit),
    cut() {
      count(fault);
      cut(socket, onward);
    },
    slow: fault === "h2-trickle",
  });
  pass(socket, onward);
}

/**
 * Opens a relay to the port that `target` gives. `wild` makes bytes go wrong; `isSecret` says that nobody
 * can change them unseen.
 */
export async function openRelay(target, { wild = false, isSecret = false } = {}) {
  const pairs = new Set();
  const relay = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const onward = connect({ port: target(), host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const pair = [socket, onward];
    pairs.add(pair);
    for (const [one, other] of [pair, [onward, socket]]) {
      one.on("error", () => {});
      one.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    lead(socket, onward, wild ? pick(FAULTS) : "fine", isSecret);
  });
  const open = (port) => new Promise((resolve) => relay.listen(port, "127.0.0.1", resolve));
  await open(0);
  const { port } = relay.address();
  const cut = () => {
    for (const [socket] of pairs) Math.random() < 0.5 ? socket.resetAndDestroy() : socket.destroy();
  };
  return {
    port,
    /** Ends every connection. */
    cut,
    /** The same, and listens anew after a while. */
    async restart() {
      const closed = new Promise((resolve) => relay.close(resolve));
      cut();
      await closed;
      await pause(between(10, 60));
      await open(port);
    },
  };
}
