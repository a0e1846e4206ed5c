// What every room of a store may have to say. In both languages.
import { computed } from '@preact/signals';
import { language } from '../../base/text';

export const en = {
  title: 'Store',
  stores: 'Your stores',
  gone: 'This store is not yours',
  goneBody: 'You do not belong to it, or no longer. Ask one of its owners for an invitation.',
  late: {
    title: 'News are late',
    body: 'The service cannot be reached as it should, so things may stand otherwise by now. We keep looking.',
  },
};

export const ru: typeof en = {
  title: 'Магазин',
  stores: 'Ваши магазины',
  gone: 'Это не ваш магазин',
  goneBody: 'Вы в нём не состоите или уже не состоите. Попросите у владельца приглашение.',
  late: {
    title: 'Новости запаздывают',
    body: 'Связи с сервисом сейчас нет как следует, так что всё могло измениться. Мы продолжаем следить.',
  },
};

export const roomText = computed(() => (language.value === 'ru' ? ru : en));
