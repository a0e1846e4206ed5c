// Prints what each page loads at first, gzipped, and fails when the Mini App or the pay page outgrows its budget.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('./dist/', import.meta.url);
const KIB = 1024;
const BUDGETS = { 'index.html': 35 * KIB, 'pay.html': 41 * KIB };

const gzipped = (file) => gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length;
const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`;

/** Scripts, their static imports (Vite lists them as modulepreload) and styles: what arrives before the first screen. */
function firstLoad(page) {
  const html = readFileSync(new URL(page, DIST), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
  return [...new Set(files)];
}

if (!existsSync(DIST)) {
  console.error('dist/ is missing: run `npm run build` first');
  process.exit(1);
}

let over = false;
const first = new Set();
for (const page of readdirSync(DIST).filter((name) => name.endsWith('.html'))) {
  const files = firstLoad(page);
  const total = files.reduce((sum, file) => sum + gzipped(file), 0);
  const budget = BUDGETS[page];
  console.log(`${page}  ${kib(total)}${budget ? ` of ${kib(budget)}` : ''}`);
  for (const file of files) {
    first.add(file);
    console.log(`  ${kib(gzipped(file)).padStart(10)}  ${file}`);
  }
  over ||= budget !== undefined && total > budget;
}

console.log('later');
for (const name of readdirSync(new URL('assets/', DIST)).filter((name) => /\.(js|css)$/.test(name))) {
  if (!first.has(`assets/${name}`)) console.log(`  ${kib(gzipped(`assets/${name}`)).padStart(10)}  assets/${name}`);
}

if (over) {
  console.error('The first load is over its budget.');
  process.exit(1);
}
