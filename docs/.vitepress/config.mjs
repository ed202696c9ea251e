/** How VitePress builds the site from the pages that `build.mjs` has laid out. */

import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { slugOf } from "./markdown.mjs";
import { sideBar } from "./pages.mjs";
import { versionsOf } from "./reference.mjs";

const BUILD = fileURLToPath(new URL("../../.build/", import.meta.url));
const BASE = process.env.SITE_BASE ?? "/";
const PAGES = `${BUILD}site_pages/`;
const [version, ...earlier] = versionsOf(fileURLToPath(new URL("../../", import.meta.url)));

export default defineConfig({
  title: "Jetstream",
  description: "The HTTP client for Deno, Bun and Node: one API, sockets of its own, no dependency",
  lang: "en",
  base: BASE,
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${BASE}icon.svg` }]],
  srcDir: PAGES,
  outDir: `${BUILD}site`,
  cacheDir: `${BUILD}site_cache`,
  cleanUrls: false,
  metaChunk: true,
  vite: { logLevel: "warn", build: { chunkSizeWarningLimit: 2_000 } },
  // The braces of `{id}` are text, not attributes.
  markdown: {
    anchor: { slugify: slugOf },
    attrs: { disable: true },
    theme: { light: "github-light", dark: "github-dark" },
  },
  themeConfig: {
    siteTitle: "Jetstream",
    logo: "/icon.svg",
    search: { provider: "local" },
    outline: [2, 3],
    externalLinkIcon: true,
    sidebar: [
      {
        text: "First steps",
        items: [{ text: "Start here", link: "/start-here" }, { text: "Examples", link: "/examples" }],
      },
      ...sideBar(readFileSync(`${PAGES}contents.md`, "utf8")),
      {
        text: "The project",
        items: [
          { text: "Changes", link: "/changelog" },
          { text: "Contributing", link: "/contributing" },
          { text: "Security policy", link: "/security" },
          { text: "Benchmarks", link: "/benchmarks" },
        ],
      },
    ],
    nav: [
      { text: "Start here", link: "/start-here" },
      { text: "How to", link: "/contents" },
      { text: "Migrate", link: "/migrate/", activeMatch: "^/migrate/" },
      { text: "Options", link: "/reference/options" },
      { text: "API", link: `/api/${version}/`, target: "_self" },
      {
        text: `v${version}`,
        items: [
          { text: "Changes", link: "/changelog" },
          { text: "Versions", link: "/versions" },
          ...earlier.map((each) => ({ text: `API of v${each}`, link: `/api/${each}/`, target: "_self" })),
        ],
      },
    ],
    footer: { message: `Released under the <a href="${BASE}license.html">MIT license</a>` },
  },
});
