/** A program for Deno that may do next to nothing, and tells whether it met `process`: `url`. */

interface DenoHost {
  readonly args: readonly string[];
}

const [url] = (globalThis as unknown as { Deno: DenoHost }).Deno.args as [string];
const touched: string[] = [];
Object.defineProperty(globalThis, "process", {
  configurable: true,
  get(): undefined {
    touched.push(new Error("process").stack ?? "");
    return undefined;
  },
});
// Later than the trap is set.
const { get, close } = await import("../../../mod.ts");
const response = await get(url);
console.log(JSON.stringify({ status: response.status, length: response.content.length, touched }));
await close();
