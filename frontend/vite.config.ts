// Four pages from one source tree: the Mini App, the pay page, and the sandbox's stage and phone.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const pages = ['index', 'pay', 'stage', 'phone'];
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const input = Object.fromEntries(
  pages.map((page) => [page, here(`${page}.html`)] as const).filter(([, file]) => existsSync(file)),
);

interface Graph {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** The pages that load a module at first. */
function pagesOf(id: string, graph: Graph): readonly string[] {
  const seen = new Set([id]);
  for (const one of seen) for (const importer of graph.getModuleInfo(one)?.importers ?? []) seen.add(importer);
  return pages.filter((page) => seen.has(here(`${page}.html`)));
}

/** What several pages load at first is one chunk for each set of them, however finely what comes later divides it. */
const groups = [4, 3, 2].map((count) => ({
  debugName: `of ${count} pages`,
  priority: count,
  name: (id: string, graph: Graph) => {
    const by = pagesOf(id, graph);
    return by.length === count ? by.join('-') : null;
  },
}));

const service = process.env['REMIT_SERVICE'] ?? 'http://127.0.0.1:8080';
const proxied = ['/v1', '/tc', '/tonconnect-manifest.json', '/icon.png', '/problems', '/openapi.json'];

export default defineConfig({
  base: '/',
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { host: '127.0.0.1', proxy: Object.fromEntries(proxied.map((path) => [path, service])) },
  build: {
    target: 'es2020',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rolldownOptions: { input, output: { codeSplitting: { groups } } },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], css: true },
});
