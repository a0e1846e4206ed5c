// What only these screens ask of the service, and what they call its answers.
import { at, call } from '../../api/remit';
import type { Schemas } from '../../api/schema';
import type { Me, Page, Wallet } from '../../api/types';

export type OpenSession = Schemas['OpenSession'];

export const updateMe = (body: { notifications?: boolean; language?: string }) => call<Me>('PATCH', '/v1/me', { body });
export const forgetMe = () => call<void>('DELETE', '/v1/me');

export const makeDefault = (id: string) => call<Wallet>('POST', at('/v1/wallets', id, '/default'));
export const unlinkWallet = (id: string) => call<void>('DELETE', at('/v1/wallets', id));

export const listSessions = () => call<Page<OpenSession>>('GET', '/v1/sessions');
export const endSession = (id: string) => call<void>('DELETE', at('/v1/sessions', id));
export const endOtherSessions = () => call<void>('DELETE', '/v1/sessions');
export const logOut = () => call<void>('DELETE', '/v1/session');
