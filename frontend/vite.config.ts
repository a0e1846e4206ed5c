// Four pages from one source tree: the Mini App, the pay page, and the sandbox's stage and phone.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const pages = ['index', 'pay', 'stage', 'phone'];
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const input = Object.fromEntries(
  pages.map((page) => [page, here(`${page}.html`)] as const).filter(([, file]) => existsSync(file)),
);

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
    rolldownOptions: { input },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], css: true },
});
