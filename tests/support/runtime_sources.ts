/**
 * Owns values of the runtimes that can be sent as a body: open files, files by path, streams.
 * Must not know how they are sent.
 */

import { runtimeName } from "./runtime.ts";

/** A value to send and what a body must say of it. */
export interface RuntimeSource {
  readonly name: string;
  readonly input: unknown;
  /** The text that must arrive. */
  readonly text: string;
  readonly length: number | undefined;
  readonly replayable: boolean;
}

interface DenoHost {
  makeTempFile(): Promise<string>;
  writeTextFile(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  open(path: string): Promise<{ seek(offset: number, whence: number): Promise<number> }>;
}

/** Values that exist on this runtime, and what removes their file. */
export async function runtimeSources(text: string): Promise<{ sources: RuntimeSource[]; remove(): Promise<void> }> {
  const length = new TextEncoder().encode(text).length;
  if (runtimeName() === "deno") {
    const { Deno } = globalThis as unknown as { Deno: DenoHost };
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, text);
    const moved = await Deno.open(path);
    await moved.seek(1, 0);
    return {
      sources: [
        { name: "Deno.FsFile", input: await Deno.open(path), text, length, replayable: false },
        { name: "Deno.FsFile, moved", input: moved, text: text.slice(1), length: length - 1, replayable: false },
        { name: "a function that opens", input: () => Deno.open(path), text, length: undefined, replayable: true },
      ],
      remove: () => Deno.remove(path),
    };
  }
  const [fs, fsPromises, os, path, stream] = await Promise.all(
    ["node:fs", "node:fs/promises", "node:os", "node:path", "node:stream"].map((name) => import(name)),
  );
  const directory = await fsPromises.mkdtemp(path.join(os.tmpdir(), "sources-"));
  const file = path.join(directory, "file.txt");
  await fsPromises.writeFile(file, text);
  const sources: RuntimeSource[] = [
    { name: "fs.ReadStream", input: fs.createReadStream(file), text, length: undefined, replayable: false },
    { name: "stream.Readable", input: stream.Readable.from([text]), text, length: undefined, replayable: false },
    {
      name: "a function that reads",
      input: () => fs.createReadStream(file),
      text,
      length: undefined,
      replayable: true,
    },
    { name: "Buffer", input: await fsPromises.readFile(file), text, length, replayable: true },
    { name: "fs.openAsBlob", input: await fs.openAsBlob(file), text, length, replayable: true },
  ];
  if (runtimeName() === "bun") {
    const { Bun } = globalThis as unknown as { Bun: { file(path: string): unknown } };
    sources.push({ name: "Bun.file", input: Bun.file(file), text, length, replayable: true });
  }
  return { sources, remove: () => fsPromises.rm(directory, { recursive: true }) };
}
