/**
 * Owns a server of pages that passes all it has not on to a server of the tests: a page may ask its own
 * origin only. Must not know what the pages do.
 */

import { createServer, request as forward } from "node:http";

const PAGE = '<!doctype html><title>Tests</title><script type="module" src="/page.js"></script>';

function pass(request, response, port) {
  const { method, url: path, headers } = request;
  const onward = forward({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

/** Serves `files` (path to text); `outcome` resolves with what the page posts to `/outcomes`. */
export async function servePages(files, port) {
  const { promise: outcome, resolve } = Promise.withResolvers();
  const all = { "/": PAGE, ...files };
  const server = createServer((request, response) => {
    const text = all[request.url];
    if (text !== undefined) {
      response.setHeader("content-type", request.url.endsWith(".js") ? "text/javascript" : "text/html");
      return response.end(text);
    }
    if (request.url !== "/outcomes") return pass(request, response, port);
    let told = "";
    request.setEncoding("utf8").on("data", (part) => told += part).on("end", () => {
      response.end();
      resolve(told);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    outcome,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
