// Who may know whom: the house is read from the ground up, and nothing in it is unlisted.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NAMES } from './routes';

const SRC = dirname(fileURLToPath(import.meta.url));

/** What each part of the house may import, beside itself. */
const KNOWS: Readonly<Record<string, readonly string[]>> = {
  /** Money, time, words, Telegram: what everything stands on. */
  base: [],
  /** The service: its types, its verbs, and what came of asking. */
  api: ['base'],
  /** What knows no domain. */
  parts: ['base', 'api', 'router'],
  /** What features share. */
  flows: ['base', 'api', 'parts', 'router'],
  /** Strangers to each other: each is a part of the house by itself, and one leads to another by the router alone. */
  features: ['base', 'api', 'parts', 'flows', 'router'],
  /** One line a feature; their screens by name; and what leads to them. */
  list: ['features'],
  routes: ['base', 'list'],
  router: ['base', 'routes'],
  /** The page around it all. */
  shell: ['base', 'api', 'parts', 'flows', 'features', 'routes', 'router'],
  /** Pages of their own. */
  pay: ['base', 'api', 'parts', 'flows'],
  stage: ['base'],
};
const FILES: Readonly<Record<string, string>> = {
  'features/index.ts': 'list', 'routes.ts': 'routes', 'router.ts': 'router', 'main.tsx': 'shell', 'app.tsx': 'shell', 'boot.tsx': 'shell', 'outside.tsx': 'shell',
};

const files = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((file) => /\.(tsx?|css)$/.test(file) && statSync(join(SRC, file)).isFile());
const sources = files.filter((file) => !/\.test\.ts$|\.fake\.ts$/.test(file));

/** `base`, `features/send`, …; null if it stands nowhere. */
function placeOf(file: string): string | null {
  const own = FILES[file];
  if (own) return own;
  const [part = '', name = '', rest] = file.split('/');
  if (part === 'features') return rest === undefined ? null : `${part}/${name}`;
  return name !== '' && part in KNOWS ? part : null;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport\(?) ?'(\.[^']*)'/g)].map(([, to = '']) => {
    const path = relative(SRC, join(SRC, dirname(file), to));
    const found = [path, `${path}.ts`, `${path}.tsx`, join(path, 'index.ts')].find((known) => files.includes(known));
    if (found === undefined) throw new Error(`${file} imports ${to}, which is not there`);
    return found;
  });
}

const importsIn = (of: readonly string[]) => of.flatMap((file) => importsOf(file).map((to) => [file, to] as const));

describe('the house', () => {
  it('has a place for everything', () => expect(sources.filter((file) => placeOf(file) === null)).toEqual([]));

  it('knows only what lies below', () => {
    const wrong = importsIn(sources).filter(([file, to]) => {
      const [from, known] = [placeOf(file) ?? '', placeOf(to) ?? ''];
      return from !== known && !KNOWS[from.split('/')[0] ?? '']?.includes(known.split('/')[0] ?? '');
    });
    expect(wrong).toEqual([]);
  });

  it('keeps what the service is about out of its parts', () => {
    const domain = /^api\/(types|schema|store)\.ts$/;
    expect(importsIn(sources.filter((file) => placeOf(file) === 'parts')).filter(([, to]) => domain.test(to))).toEqual([]);
  });

  it('lets only verbs know a path of the service', () => {
    const mayKnow = /^(api|stage)\/|^features\/\w+\/verbs\.ts$|^pay\/claim\.ts$/;
    expect(sources.filter((file) => !mayKnow.test(file) && readFileSync(join(SRC, file), 'utf8').includes('/v1/'))).toEqual([]);
  });

  it('lists every feature', () => {
    const features = import.meta.glob<Record<string, object>>('./features/*/index.ts', { eager: true });
    const names = Object.values(features).flatMap((places) => Object.keys(places));
    expect(names.sort()).toEqual([...NAMES].sort());
  });
});
