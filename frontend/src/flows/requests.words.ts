// How a request for money stands. In both languages.
import { computed } from '@preact/signals';
import { language } from '../base/text';

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);
const pluralRu = (n: number, one: string, few: string, many: string) => {
  const form = new Intl.PluralRules('ru').select(n);
  return form === 'one' ? one : form === 'few' ? few : many;
};

export const en = {
  anyAmount: 'Any amount',
  paidTimes: (n: number) => (n === 0 ? 'Not paid yet' : plural(n, 'Paid once', `Paid ${n} times`)),
};

export const ru: typeof en = {
  anyAmount: 'Любая сумма',
  paidTimes: (n) => (n === 0 ? 'Пока не оплачен' : pluralRu(n, `Оплачен ${n} раз`, `Оплачен ${n} раза`, `Оплачен ${n} раз`)),
};

export const requestText = computed(() => (language.value === 'ru' ? ru : en));
