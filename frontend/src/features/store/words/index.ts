// The sentences of a store's screens: they come with those screens.
import { effect } from '@preact/signals';
import { words as wordsOf } from '../../../base/text';
import { learn } from '../../../parts/problems';
import { en } from './en';

export const words = wordsOf(en, { ru: () => import('./ru').then((all) => all.ru) });

effect(() => learn(words.value.problems));
