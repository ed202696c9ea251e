/**
 * The server that `sdk_calls.ts` talks to: as much of each API as its calls need. It refuses what did not
 * come by the client. Prints `{ http }`, its port, and ends when standard input does.
 */

import { createServer } from "node:http";

let flaky = 0;

function json(response, value, status = 200, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

async function textOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function complete(response, { messages, stream }) {
  const { content } = messages[0];
  if (!stream) return json(response, { choices: [{ message: { role: "assistant", content } }] });
  response.writeHead(200, { "content-type": "text/event-stream" });
  const words = content.split(/(?= )/);
  for (const word of words) {
    response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: word } }] })}\n\n`);
  }
  if (words.at(-1) !== " endless") response.end("data: [DONE]\n\n");
}

async function answer(request, response) {
  const text = await textOf(request);
  const url = new URL(request.url, "http://sdk.test");
  const at = `${request.method} ${url.pathname}`;
  if (request.headers["x-by"] !== "jetstream") return json(response, { message: "by another fetch" }, 400);
  if (url.pathname.endsWith("/slow")) return;
  switch (at) {
    case "POST /openai/chat/completions":
      return complete(response, JSON.parse(text));
    case "POST /openai/files":
      return json(response, { id: "f", filename: /filename="([^"]+)"/.exec(text)[1] });
    case "GET /github/repos/o/r":
      return json(response, { full_name: "o/r" });
    case "POST /github/repos/o/r/issues":
      return json(response, JSON.parse(text), 201);
    case "GET /rest/users":
      return json(response, [{ id: 1, query: url.search }], 200, { "content-range": "0-0/1" });
    case "POST /rest/users":
      return json(response, JSON.parse(text), 201);
    case "PUT /openapi/pets/flaky":
      return ++flaky === 1 ? json(response, {}, 503) : json(response, JSON.parse(text));
    case "PUT /openapi/pets/1":
      return json(response, JSON.parse(text));
    case "GET /openapi/pets/7":
      return json(response, { id: "7" });
    case "POST /moved":
      response.writeHead(307, { location: "/here" });
      return response.end();
    case "POST /here":
      return response.end(`POST ${text}`);
    default:
      return json(response, { message: "Not Found", error: { message: "none" } }, 404);
  }
}

const server = createServer(answer);
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ http: server.address().port })));
process.stdin.resume().on("end", () => process.exit(0));
