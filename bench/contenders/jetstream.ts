/** Jetstream as the README shows it, and with the features on that a program may need. */

import { Client, type ClientOptions, CookieJar } from "../../mod.ts";
import { chunks, type Contender, counted, type Setting, total } from "./contender.ts";

function contender(client: Client): Contender {
  return {
    json: async (url) => (await client.get(url)).json(),
    buffered: async (url) => (await client.get(url, { limits: { body: Infinity } })).content.length,
    async streamed(url) {
      const response = await client.stream("GET", url);
      return await total(response.iterBytes());
    },
    uploadChunks: async (url) => counted((await client.post(url, { body: chunks() })).json()),
    uploadBytes: async (url, bytes) => counted((await client.post(url, { body: bytes })).json()),
    close: () => client.close(),
  };
}

function trust({ ca }: Setting): ClientOptions {
  return ca === undefined ? {} : { tls: { extraCa: ca } };
}

/** Defaults only. */
export function startJetstream(setting: Setting): Contender {
  return contender(new Client(trust(setting)));
}

/** All calls through one connection of HTTP/2. */
export function startJetstreamH2(setting: Setting): Contender {
  return contender(new Client({ ...trust(setting), http2: true }));
}

/** Cookies, credentials, hooks and more retries. */
export function startJetstreamFull(setting: Setting): Contender {
  let seen = 0;
  const cookies = new CookieJar();
  for (const origin of ["http://127.0.0.1", "https://localhost"]) {
    cookies.set("session=0123456789abcdef; Path=/", origin);
  }
  const client = new Client({
    ...trust(setting),
    cookies,
    auth: ["user", "password"],
    retry: { max: 5 },
    hooks: {
      request: [({ request }) => {
        if (request.method === "GET") seen++;
      }],
      response: [({ response }) => {
        if (response.status === 200) seen--;
      }],
    },
  });
  return contender(client);
}
