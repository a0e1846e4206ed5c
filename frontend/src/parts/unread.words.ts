// What an amount field says when it cannot take what was written. Fetched with the fields, in both languages.
import { language } from '../base/text';

const en = {
  which: 'Which one do you mean?',
  malformed: 'This cannot be read as one amount, so it was not taken. Write it with a point, such as 1234.50.',
  otherUnit: (asset: string) => `This field counts in ${asset}, and what was pasted names something else. Choose that above if you can, or write the number alone.`,
};

type Words = typeof en;

const ru: Words = {
  which: 'Что вы имели в виду?',
  malformed: 'Это не читается как одна сумма, поэтому ничего не взято. Напишите с точкой, например 1234.50.',
  otherUnit: (asset) => `Здесь сумма в ${asset}, а вставлено что-то другое. Выберите его выше, если можно, или напишите одно число.`,
};

export function entryWords(): Words {
  return language.value === 'ru' ? ru : en;
}
