// Why a change did not happen, in words.
import { Problem } from '../api/client';
import { Failure } from '../parts/notice';
import type { Change } from './change';
import { WalletError } from './wallet';
import { WalletTrouble } from './wallet-trouble';

export function Failed({ change: { failed } }: { change: Change }) {
  if (failed instanceof Problem) return <Failure problem={failed} />;
  return failed instanceof WalletError ? <WalletTrouble failure={failed.failure} /> : null;
}
