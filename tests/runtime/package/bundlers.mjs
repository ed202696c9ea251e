/** The package through bundlers: what they make runs on Node, or in a page of Chromium. */

import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { createServer } from "vite";
import webpack from "webpack";
import { ROOT } from "../../run/project.mjs";
import { findRuntime } from "../../run/runtimes.mjs";
import { hasBrowser, showPage } from "../browser.mjs";
import { servePages } from "../pages.mjs";
import { SYNC_OK } from "./runtimes.mjs";

const VITE = join(ROOT, "node_modules/vite/bin/vite.js");

/** Milliseconds for a page. */
const PAGE_LIMIT = 60_000;

const PAGE = `import { use } from "./use.mjs";
const told = await use(location.origin).catch((error) => String(error.stack));
await fetch("/outcomes", { method: "POST", body: told });
`;

/** What a blocking client in a bundle says. */
const REFUSED = "begun\nCannot make a blocking client: the library was bundled with the program, " +
  "so its worker has no module to start from, expected @jetstream/client to stay outside (an external of the bundler)";

/** Bundles one entry with esbuild; returns the path of the result. */
export async function bundle(project, entry, folder, options) {
  const name = options.format === "cjs" ? "main.cjs" : "main.mjs";
  const outfile = project.path("dist", folder, name);
  await build({
    absWorkingDir: project.folder,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    outfile,
    logLevel: "error",
    ...options,
  });
  return relative(project.folder, outfile);
}

/** Packs one entry with webpack; any warning is a failure. */
async function pack(project, entry, folder, options) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const output = { path: project.path("dist", folder), filename: "main.mjs", ...options.output };
  const config = {
    context: project.folder,
    mode: "production",
    performance: false,
    entry: `./${entry}`,
    ...options,
    output,
  };
  webpack(config, (error, stats) => {
    const text = error ?? (stats.hasErrors() || stats.hasWarnings() ? new Error(stats.toString()) : undefined);
    return text === undefined ? resolve() : reject(text);
  });
  await promise;
  return join("dist", folder, output.filename);
}

/** Shows a page made of a folder, or of one script. */
async function expectPage(project, files) {
  const pages = await servePages(files, new URL(project.base).port);
  try {
    const said = await showPage(pages.url, pages.outcome, PAGE_LIMIT);
    if (said !== "ok") throw new Error(`The page said ${said}`);
  } finally {
    pages.close();
  }
}

/** All files of a folder, by the path that a page asks for. */
async function readFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((path) => readFile(path, "utf8")));
  const all = Object.fromEntries(files.map((path, at) => [`/${relative(folder, path)}`, texts[at]]));
  return { ...all, "/": all["/index.html"] };
}

export async function checkBundlers(project, { check, skip }) {
  await project.write("page.mjs", PAGE);
  await project.write(
    "index.html",
    '<!doctype html><title>App</title><script type="module" src="/page.mjs"></script>\n',
  );
  for (const platform of ["browser", "neutral", "node"]) {
    await check(`esbuild, ${platform}`, async () => {
      await project.expect("node24", await bundle(project, "main.mjs", platform, { platform }));
    });
  }
  await check("esbuild, node, CommonJS", async () => {
    await project.expect("node20", await bundle(project, "main.mjs", "cjs", { platform: "node", format: "cjs" }));
  });
  await check("webpack, node", async () => {
    // Not minified, which takes it many times as long; what is for pages is.
    const options = { target: "node", optimization: { minimize: false }, output: { filename: "main.cjs" } };
    await project.expect("node20", await pack(project, "main.mjs", "webpack", options));
  });
  await check("vite, for a server", async () => {
    await vite(project, ["--ssr", "main.mjs", "--outDir", "dist/ssr"]);
    await project.expect("node24", "dist/ssr/main.js");
  });
  await checkPages(project, check, skip);
}

/** What `vite` without a command starts: the package is made ready for the page when it is asked for. */
async function useViteServer(project) {
  const pages = await servePages({}, new URL(project.base).port);
  // A page may ask its own origin only: what the server has not comes from that of the tests.
  const server = { port: 0, host: "127.0.0.1", proxy: { "^/(?:echo|bytes|outcomes)": pages.url } };
  const development = await createServer({ root: project.folder, configFile: false, logLevel: "error", server });
  try {
    await development.listen();
    const url = `http://127.0.0.1:${development.httpServer.address().port}/`;
    const said = await showPage(url, pages.outcome, PAGE_LIMIT);
    if (said !== "ok") throw new Error(`The page said ${said}`);
  } finally {
    await development.close();
    pages.close();
  }
}

async function vite(project, args) {
  await project.run(findRuntime("node24"), [VITE, "build", "--logLevel", "warn", ...args]);
}

async function checkPages(project, check, skip) {
  const pages = {
    "esbuild": async () => ({
      "/page.js": await text(project, await bundle(project, "page.mjs", "page", { platform: "browser" })),
    }),
    "webpack": async () => ({
      "/page.js": await text(project, await pack(project, "page.mjs", "page_webpack", { target: "web" })),
    }),
    "vite": async () => {
      await vite(project, ["--outDir", "dist/vite"]);
      return await readFolder(project.path("dist/vite"));
    },
  };
  const inBrowser = async (what, work) => {
    if (hasBrowser()) await check(what, work);
    else skip(what, "chromium is not installed (.ci/packages)");
  };
  for (const [what, make] of Object.entries(pages)) {
    const files = make();
    await check(`${what}, for pages`, () => files.then(() => {}));
    await inBrowser(`a page made by ${what}, in Chromium`, async () => await expectPage(project, await files));
  }
  await inBrowser("the server of vite for development, in Chromium", () => useViteServer(project));
}

function text(project, path) {
  return readFile(project.path(path), "utf8");
}

/** The blocking client: refused with the way out where it is bundled, at work where it stays outside. */
export async function checkSyncBundles(project, { check }) {
  const external = ["@jetstream/client"];
  for (const format of ["esm", "cjs"]) {
    await check(`esbuild, blocking, ${format}: refused before the program runs twice`, async () => {
      const file = await bundle(project, "use_sync.mjs", `sync_${format}`, { platform: "node", format });
      await project.expect("node24", file, REFUSED);
    });
    await check(`esbuild, blocking, ${format}, as an external`, async () => {
      const file = await bundle(project, "use_sync.mjs", `sync_${format}_external`, {
        platform: "node",
        format,
        external,
      });
      await project.expect("node24", file, SYNC_OK);
    });
  }
  await check("webpack, blocking, as an external", async () => {
    const file = await pack(project, "use_sync.mjs", "sync_webpack", {
      target: "node",
      externals: ["@jetstream/client/sync"],
      experiments: { outputModule: true },
      output: { module: true },
    });
    await project.expect("node24", file, SYNC_OK);
  });
  await check("vite, blocking, for a server", async () => {
    await vite(project, ["--ssr", "use_sync.mjs", "--outDir", "dist/sync_vite"]);
    await project.expect("node24", "dist/sync_vite/use_sync.js", SYNC_OK);
  });
  await check("bun build, blocking, as an external", async () => {
    const args = ["build", "use_sync.mjs", "--target=bun", "--external=@jetstream/client/*", "--outfile=dist/bun.mjs"];
    await project.run(findRuntime("bun"), args);
    await project.expect("bun", "dist/bun.mjs", SYNC_OK);
  });
}
