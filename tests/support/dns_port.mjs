/**
 * Owns a port of a name server: messages over UDP, and over TCP with the length before each.
 * Must not know what is answered.
 */

import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Opens both on one port; `answer` makes a message of a query, or `undefined` for silence. */
export function openDns(answer) {
  const udp = createSocket("udp4");
  udp.on("message", (query, peer) => {
    const message = answer(query);
    if (message) udp.send(message, peer.port, peer.address);
  });
  const tcp = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (part) => {
      bytes = Buffer.concat([bytes, part]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        const length = bytes.readUInt16BE(0);
        const message = answer(bytes.subarray(2, 2 + length));
        bytes = bytes.subarray(2 + length);
        if (!message) continue;
        const size = Buffer.alloc(2);
        size.writeUInt16BE(message.length);
        socket.write(Buffer.concat([size, message]));
      }
    });
  });
  return new Promise((resolve) => {
    tcp.listen(0, "127.0.0.1", () => {
      const { port } = tcp.address();
      udp.bind(port, "127.0.0.1", () => resolve(port));
    });
  });
}
