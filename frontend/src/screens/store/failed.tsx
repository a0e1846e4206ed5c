// Why a change did not happen, in words.
import { Problem } from '../../api/client';
import type { Change } from '../../state/store/change';
import { WalletError } from '../../wallet';
import { Failure } from '../../ui/notice';
import { WalletTrouble } from '../wallet-trouble';

export function Failed({ change: { failed } }: { change: Change }) {
  if (failed instanceof Problem) return <Failure problem={failed} />;
  return failed instanceof WalletError ? <WalletTrouble failure={failed.failure} /> : null;
}
