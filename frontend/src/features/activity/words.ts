// The list of all payments. In both languages.
import { computed } from '@preact/signals';
import { language } from '../../base/text';

export const en = {
  title: 'Activity',
  filter: 'Show',
  all: 'All',
  in: 'Received',
  out: 'Sent',
  empty: 'Nothing here yet',
};

export const ru: typeof en = {
  title: 'История',
  filter: 'Показать',
  all: 'Все',
  in: 'Получено',
  out: 'Отправлено',
  empty: 'Здесь пока пусто',
};

export const activityText = computed(() => (language.value === 'ru' ? ru : en));
