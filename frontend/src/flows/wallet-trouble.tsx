// What went wrong between us and the wallet, in words.
import { Notice } from '../parts/notice';
import type { WalletFailure } from './wallet';
import { flowText } from './words';

export function WalletTrouble({ failure }: { failure: WalletFailure }) {
  const t = flowText.value.signing;
  switch (failure) {
    case 'closed':
    case 'declined':
      return <Notice tone="info" title={t.declined}>{t.declinedBody}</Notice>;
    case 'wrong_network':
      return <Notice tone="warn" title={t.wrongNetwork}>{t.wrongNetworkBody}</Notice>;
    case 'no_proof':
      return <Notice tone="warn" title={t.noProof}>{t.noProofBody}</Notice>;
    case 'unavailable':
      return <Notice tone="warn" title={t.unavailable}>{t.unavailableBody}</Notice>;
  }
}
