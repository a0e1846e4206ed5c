// The words of a price in fiat whose rate ends before the invoice does. They come with the invoice, not with the first load.
import { effect, signal } from '@preact/signals';
import { language } from '../../base/text';

const en = {
  held: (time: string) => `This amount holds for ${time}`,
  over: 'This amount no longer holds',
  overBody: 'The price is the same; how much it takes is reckoned anew. Do not pay the old amount.',
  renew: 'Show the new amount',
  renewed: (amount: string) => `At the new rate: ${amount}`,
  none: 'The amount cannot be reckoned right now',
  noneBody: 'No rate can be relied on. Do not pay yet; we keep asking.',
  awayBody: 'Nothing was changed, and we keep asking. Do not pay the old amount.',
};

export type RateWords = typeof en;
export const rateWords = signal(en);

effect(() => {
  if (language.value !== 'ru') rateWords.value = en;
  else void import('./rate.words.ru').then(({ ru }) => (rateWords.value = ru)).catch(() => undefined);
});
