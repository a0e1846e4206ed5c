// What the stage knows, fed by the world's stream and the shop's own event feed.

import { signal } from '@preact/signals';
import { follow, listen, pause } from '../follow';
import { isScheme, preferred, type Scheme } from '../scheme';
import { keep, recall } from '../keep';
import { info } from '../people';
import * as world from '../world';
import { merged, type Movement } from './rows';
import { events, Problem, type ShopEvent } from './shop';

export interface Block {
  readonly seqno: number;
  readonly transactions: number;
}

type Happening = { readonly n: number } & (
  | ({ readonly kind: 'block'; readonly time: number } & Block)
  | ({ readonly kind: 'transaction' } & Movement)
  | { readonly kind: 'chat'; readonly person: string }
  | { readonly kind: 'wallet'; readonly person: string }
);

const ROWS = 60;
const PULSE = 64;

export const blocks = signal<readonly Block[]>([]);
/** Unix seconds by the newest block. */
export const chainTime = signal(0);
/** Newest first, as are `happenings`. */
export const movements = signal<readonly Movement[]>([]);
export const happenings = signal<readonly ShopEvent[]>([]);
export const worldAway = signal(false);
export const shopAway = signal(false);

export const scheme = signal<Scheme>(stored('scheme', isScheme) ?? preferred());
export const left = signal(recall('left') ?? 'alice');
export const right = signal(recall('right') ?? 'bob');

/** What a narrow screen shows. */
export type Tab = 'left' | 'right' | 'shop' | 'chain';
export const tab = signal<Tab>('left');

/** The people whose chat with the bot has begun, and who have a wallet connected: what the suggestions tick off. */
export const greeted = signal<ReadonlySet<string>>(new Set());
export const connected = signal<ReadonlySet<string>>(new Set());

/** Down while the world starts over: nobody is on stage, and nobody asks a server that is not there. */
export const curtain = signal(false);
const leaving: (() => void)[] = [];

export async function begin(): Promise<void> {
  info.value = await world.info();
  leaving.push(listen<Happening>((after) => `/sandbox/feed?after=${after}`, ['block', 'transaction', 'chat', 'wallet'], take, cameBack));
  for (const { person } of info.value.cast) void look(person);
  void visitShop(info.value);
}

/** The world is up before the service, and the shop after both. */
async function visitShop(now: world.Info): Promise<void> {
  if (!now.service_url) return;
  if (!now.shop) {
    await pause(1000);
    const later = await world.info().catch(() => now);
    info.value = later;
    return visitShop(later);
  }
  const { service_url: service, shop } = now;
  const read = (after: number | null, signal: AbortSignal) => events(service, shop.key, after ?? 0, signal).catch(forgetAnOldFeed);
  leaving.push(follow(read, takeEvents, (away) => (shopAway.value = away)));
}

/** A service that was restored from an older copy does not know how far we have read: what it knows is shown afresh. */
function forgetAnOldFeed(error: unknown): never {
  if (error instanceof Problem && error.slug === 'unknown-position') happenings.value = [];
  throw error;
}

function takeEvents({ data }: { readonly data: readonly ShopEvent[] }): number {
  const known = happenings.value[0]?.seq ?? 0;
  const fresh = data.filter((event) => event.seq > known).reverse();
  if (fresh.length > 0) happenings.value = [...fresh, ...happenings.value].slice(0, ROWS);
  return happenings.value[0]?.seq ?? 0;
}

/** Asks for a new world and comes back when it is there. */
export async function startOver(): Promise<void> {
  const old = await world.info();
  curtain.value = true;
  for (const leave of leaving) leave();
  // The answer may be cut off by the very restart it asked for.
  await world.reset().catch(() => null);
  for (;;) {
    const now = await world.info().catch(() => null);
    if (now && (now.head.seqno < old.head.seqno || now.cast[0]?.wallet.raw !== old.cast[0]?.wallet.raw)) return;
    await pause(200);
  }
}

/** Puts a person on a phone; whoever was there moves over when it is the same one. */
export function seat(side: 'left' | 'right', person: string): void {
  const [here, there] = side === 'left' ? [left, right] : [right, left];
  if (there.value === person) there.value = here.value;
  here.value = person;
  keep('left', left.value);
  keep('right', right.value);
}

export function wear(next: Scheme): void {
  scheme.value = next;
  keep('scheme', next);
}

function take(event: Happening): void {
  if (event.kind === 'block') {
    chainTime.value = event.time;
    blocks.value = [...blocks.value, { seqno: event.seqno, transactions: event.transactions }].slice(-PULSE);
  } else if (event.kind === 'transaction') {
    movements.value = merged(movements.value, event);
  } else {
    void look(event.person);
  }
}

async function look(person: string): Promise<void> {
  const never = new AbortController().signal;
  const [chat, wallet] = await Promise.all([
    world.chat(person, null, never).catch(() => null),
    world.wallet(person, null, never).catch(() => null),
  ]);
  if (chat?.messages.length) greeted.value = new Set([...greeted.value, person]);
  if (wallet?.connections.length) connected.value = new Set([...connected.value, person]);
}

/** A world that comes back with an older head has started over: so does this page. */
function cameBack(away: boolean): void {
  const wasAway = worldAway.value;
  worldAway.value = away;
  if (away || !wasAway) return;
  void world.info().then((now) => {
    if (now.head.seqno < (blocks.value.at(-1)?.seqno ?? 0)) location.reload();
  });
}

function stored<T extends string>(key: string, is: (value: unknown) => value is T): T | null {
  const value = recall(key);
  return is(value) ? value : null;
}
