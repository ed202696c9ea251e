/** The proxy beside the server that the behaviour tests talk to. */

import { request as forward } from "node:http";
import { connect } from "node:net";

/** Makes a server a proxy, for the absolute form and CONNECT, that writes down in `proxied` what it is asked for. */
export function openProxy(server, proxied) {
  const note = (request) => proxied.push({ line: `${request.method} ${request.url}`, headers: request.headers });
  server.on("request", (request, response) => {
    note(request);
    const onward = forward(request.url, { method: request.method, headers: request.headers, agent: false });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.on("connect", (request, socket) => {
    note(request);
    const { hostname, port } = new URL(`http://${request.url}`);
    const origin = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      origin.pipe(socket);
      socket.pipe(origin);
    });
    origin.on("error", () => socket.destroy());
    socket.on("error", () => origin.destroy());
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address())));
}
