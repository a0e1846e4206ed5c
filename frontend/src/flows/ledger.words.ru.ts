import type { LedgerText } from './ledger.words';

export const ru: LedgerText = {
  unknown: 'Неизвестный отправитель',
  status: {
    created: 'Не подтверждён',
    submitted: 'В пути',
    seen: 'В пути',
    confirmed: 'Подтверждён',
    final: '',
    expired: 'Не отправлен',
    cancelled: 'Отменён',
  },
  kind: { send: 'Платёж', invoice: 'Счёт', request: 'Запрос', refund: 'Возврат', income: 'Поступление' },
};
