// Compiles the contracts into `build/`, which is committed: who builds the
// service needs neither Node nor the compiler.
//
//   node build.mjs            write build/<name>.json
//   node build.mjs --check    compile and compare; exit 1 if anything differs

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { getTolkCompilerVersion, runTolkCompiler } from '@ton/tolk-js';

const CONTRACTS = {
  'jetton-minter': 'jetton/minter.tolk',
  'jetton-wallet': 'jetton/wallet.tolk',
};

const here = (path) => new URL(path, import.meta.url);

async function compile(name, source) {
  const result = await runTolkCompiler({
    entrypointFileName: source,
    fsReadCallback: (path) => readFileSync(here(path), 'utf8'),
  });
  if (result.status === 'error') throw new Error(`${source}: ${result.message}`);
  const artefact = {
    name,
    compiler: `tolk ${await getTolkCompilerVersion()}`,
    hash: result.codeHashHex.toLowerCase(),
    code: result.codeBoc64,
  };
  return JSON.stringify(artefact, null, 2) + '\n';
}

async function stale(path, fresh) {
  const committed = await readFile(here(path), 'utf8').catch(() => null);
  if (committed === fresh) return false;
  console.error(`${path} is not what its source compiles to; run: npm run build`);
  return true;
}

const check = process.argv.includes('--check');
await mkdir(here('build'), { recursive: true });
for (const [name, source] of Object.entries(CONTRACTS)) {
  const path = `build/${name}.json`;
  const fresh = await compile(name, source);
  if (check) {
    if (await stale(path, fresh)) process.exitCode = 1;
  } else {
    await writeFile(here(path), fresh);
    console.log(`${path}  ${JSON.parse(fresh).hash}`);
  }
}
