// What a field for an amount says, and why it cannot take what was written. In both languages.
import { computed } from '@preact/signals';
import { language } from '../base/text';

export const en = {
  label: (asset: string) => `Amount in ${asset}`,
  asset: 'Asset',
  tooPrecise: (n: number) => `At most ${n} digits after the point`,
  tooLarge: 'This is more than can exist',
  keypad: 'Number pad',
  erase: 'Erase',
  which: 'Which one do you mean?',
  malformed: 'This cannot be read as one amount, so it was not taken. Write it with a point, such as 1234.50.',
  otherUnit: (asset: string) => `This field counts in ${asset}, and what was pasted names something else. Choose that above if you can, or write the number alone.`,
};

export const ru: typeof en = {
  label: (asset) => `Сумма в ${asset}`,
  asset: 'Актив',
  tooPrecise: (n) => `Не больше ${n} знаков после точки`,
  tooLarge: 'Столько не бывает',
  keypad: 'Цифровая клавиатура',
  erase: 'Стереть',
  which: 'Что вы имели в виду?',
  malformed: 'Это не читается как одна сумма, поэтому ничего не взято. Напишите с точкой, например 1234.50.',
  otherUnit: (asset) => `Здесь сумма в ${asset}, а вставлено что-то другое. Выберите его выше, если можно, или напишите одно число.`,
};

export const amountText = computed(() => (language.value === 'ru' ? ru : en));
