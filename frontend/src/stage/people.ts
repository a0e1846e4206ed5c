// Who is who: names for addresses, so that a chain reads like a conversation.

import { computed, signal } from '@preact/signals';
import { short } from './format';
import { chain } from './text';
import type { Info, Member } from './world';

export const info = signal<Info | null>(null);

export const cast = computed<readonly Member[]>(() => info.value?.cast ?? []);

export function member(person: string): Member | undefined {
  return cast.value.find((one) => one.person === person);
}

export function nameOf(person: string): string {
  return member(person)?.name ?? person;
}

const addresses = computed(() => {
  const known = new Map<string, string>();
  for (const one of cast.value) {
    known.set(one.wallet.address, one.name);
    known.set(one.wallet.raw.toLowerCase(), one.name);
  }
  const usdt = info.value?.usdt;
  if (usdt) known.set(usdt.master.toLowerCase(), 'USDT').set(usdt.friendly, 'USDT');
  return known;
});

/** A name for an address when we know whose it is, else the address cut short. */
export function whose(address: string | null | undefined): string {
  if (!address) return chain.nobody;
  return addresses.value.get(address) ?? addresses.value.get(address.toLowerCase()) ?? short(address);
}
