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
  getModuleInfo(id: string): { readonly importers: readonly string[]; readonly dynamicImporters: readonly string[] } | null;
}

/** `flows/wallet.ts` is `flows-wallet`; another language is one chunk, but for what only a store's people read. */
function nameOf(id: string): string {
  const language = /[./](ru)\.ts$/.exec(id)?.[1];
  if (language !== undefined) return id.includes('/features/store/') ? `store-${language}` : language;
  return id.replace(/\.\w+$/, '').split('/').slice(-2).join('-');
}

/** Who needs a module: pages at first; and later the screens of a store, those of everybody, or a part that is fetched by itself. */
function neededBy(id: string, graph: Graph): { readonly first: readonly string[]; readonly later: readonly string[] } {
  const seen = new Set([id]);
  const later = new Set<string>();
  for (const one of seen) {
    const { importers = [], dynamicImporters = [] } = graph.getModuleInfo(one) ?? {};
    for (const importer of importers) seen.add(importer);
    for (const by of dynamicImporters) {
      const feature = /\/src\/features\/(\w+)\/index\.ts$/.exec(by)?.[1];
      later.add(feature === undefined ? nameOf(one) : feature === 'store' ? 'store' : 'screens');
    }
  }
  return { first: pages.filter((page) => seen.has(here(`${page}.html`))), later: [...later].sort() };
}

/** One chunk for all that the same ones need: it depends neither on the order of imports nor on how finely screens are cut. */
function chunkOf(id: string, graph: Graph): { readonly name: string; readonly weight: number } | null {
  const { first, later } = neededBy(id, graph);
  if (first.length > 1 || first[0] === 'index') return { name: first.join('-'), weight: 8 + first.length };
  if (id.includes('node_modules') || later.length === 0) return null;
  return first.length > 0 ? { name: 'pay-later', weight: 8 } : { name: later.join('-'), weight: Math.min(later.length, 7) };
}

/** What more of them need is dealt out first: otherwise it would go along with the first that does. */
const groups = Array.from({ length: 13 }, (_, weight) => ({
  debugName: `weight ${weight}`,
  priority: weight,
  name: (id: string, graph: Graph) => {
    const chunk = chunkOf(id, graph);
    return chunk?.weight === weight ? chunk.name : null;
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
