/** Loads the library and makes a client; prints how often `process` was asked for. */

let touched = 0;
const found = Object.getOwnPropertyDescriptor(globalThis, "process");
Object.defineProperty(globalThis, "process", {
  configurable: true,
  get: () => {
    touched++;
    return found?.get?.call(globalThis) ?? found?.value;
  },
});

const { Client, handlerTransport } = await import("../../../mod.ts");
const client = new Client({ transport: handlerTransport(() => new Response("ok")), trustEnv: false });
const text = await client.get("http://app.test/").text();
await client.close();
console.log(`${text} ${touched}`);
