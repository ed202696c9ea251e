/** A small server for the examples: in this process, on a free port, over HTTP or HTTPS. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions as SecureServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** Where an example tells what it does. */
export type Log = (line: string) => void;

/** A running server; it stops at the end of its `await using` block. */
export interface LocalServer extends AsyncDisposable {
  /** Where it is, such as `http://127.0.0.1:8080`. */
  readonly url: string;
}

/** What makes it a server of HTTPS. */
export interface ServerTls {
  /** Its certificate, PEM. */
  readonly cert: string;
  /** The private key of that, PEM. */
  readonly key: string;
  /** The authority that clients have to have a certificate of, PEM; without it they need none. */
  readonly clientCa?: string;
}

/** Starts it: over HTTPS with `tls`, with answers of its own without `answer`. */
export async function startServer(tls?: ServerTls, answer: RequestListener = answerSample): Promise<LocalServer> {
  const server = tls === undefined ? createServer(answer) : createSecureServer(secureOptions(tls), answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function secureOptions({ cert, key, clientCa }: ServerTls): SecureServerOptions {
  return clientCa === undefined ? { cert, key } : { cert, key, ca: clientCa, requestCert: true };
}

async function answerSample(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const type = { "content-type": "application/json" };
  switch (`${request.method} ${request.url?.replace(/\?.*/, "")}`) {
    case "GET /users":
      response.writeHead(200, type).end(JSON.stringify([{ id: 1, name: "Ana" }, { id: 2, name: "Ben" }]));
      return;
    case "POST /users": {
      let text = "";
      for await (const part of request) text += part;
      response.writeHead(201, type).end(JSON.stringify({ id: 3, ...JSON.parse(text) }));
      return;
    }
    case "GET /log":
      for (let line = 1; line <= 1_000; line++) response.write(`line ${line}\n`);
      response.end();
      return;
    case "GET /slow":
      // Never answers.
      return;
    default:
      response.writeHead(404).end();
  }
}
