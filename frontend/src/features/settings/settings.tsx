// Wallets, messages, language, and the way out.
import { useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import { asProblem } from '../../api/loaded';
import { getMe } from '../../api/remit';
import type { Info, Me, Wallet } from '../../api/types';
import { shorten } from '../../base/address';
import { look } from '../../base/look';
import { telegram } from '../../base/telegram';
import { LANGUAGES, language, text, useLanguage } from '../../base/text';
import { toast } from '../../base/toast';
import { current, refreshLedger, refreshMe, setMe } from '../../flows/session';
import { linkNewWallet } from '../../flows/sign';
import { connection, disconnectWallet, WalletError } from '../../flows/wallet';
import { WalletTrouble } from '../../flows/wallet-trouble';
import { Button } from '../../parts/action';
import { Card, Chevron, Facts, Row, Section } from '../../parts/card';
import { Segments, Switch } from '../../parts/choice';
import { Icon } from '../../parts/icon';
import { Failure, Notice, Place } from '../../parts/notice';
import { SandboxPill } from '../../parts/pill';
import { Screen } from '../../parts/screen';
import { push } from '../../router';
import { forgetMe, makeDefault, unlinkWallet, updateMe } from './verbs';
import { settingsWords } from './words';

/** Runs a change, one at a time, and keeps what went wrong. */
function useChange() {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Problem | WalletError | null>(null);
  const run = async (change: () => Promise<void>) => {
    setBusy(true);
    setFailed(null);
    await change().catch((error: unknown) => setFailed(error instanceof WalletError ? error : asProblem(error)));
    setBusy(false);
  };
  return { busy, failed, run };
}

export function Settings() {
  const t = settingsWords();
  const { info, me } = current();
  const { busy, failed, run } = useChange();
  const [gone, setGone] = useState(false);
  if (gone) return <Forgotten />;
  return (
    <Screen title={t.title}>
      {failed instanceof Problem && <Failure problem={failed} />}
      {failed instanceof WalletError && <WalletTrouble failure={failed.failure} />}
      <Wallets me={me} busy={busy} run={run} />
      <Messages me={me} busy={busy} run={run} />
      {LANGUAGES.length > 1 && (
        <Section title={t.language}>
          <Segments
            label={t.language} value={language.value} options={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))}
            onChange={(code) => void run(async () => { setMe(await updateMe({ language: code })); await useLanguage(code); })}
          />
        </Section>
      )}
      <Card>
        <Row
          lead={<span class="row-icon"><Icon name="shop" /></span>} title={t.stores} detail={t.storesBody}
          trail={<Chevron />} onPress={() => push({ name: 'stores' })}
        />
      </Card>
      <About info={info} />
      <Forget busy={busy} onForget={() => void run(async () => { await forgetMe(); await disconnectWallet(info, look()).catch(() => undefined); setGone(true); })} />
    </Screen>
  );
}

interface PartProps {
  readonly me: Me;
  readonly busy: boolean;
  readonly run: (change: () => Promise<void>) => Promise<void>;
}

function Wallets({ me, busy, run }: PartProps) {
  const t = settingsWords();
  const add = async () => {
    await linkNewWallet();
    toast(t.linked);
    refreshLedger();
  };
  return (
    <Section title={t.wallets}>
      {me.wallets.map((wallet) => (
        <WalletRow key={wallet.id} wallet={wallet} busy={busy} run={run} />
      ))}
      <Row
        lead={<span class="row-icon"><Icon name="plus" /></span>}
        title={<span class="accent">{t.addWallet}</span>}
        onPress={() => void run(add)}
      />
    </Section>
  );
}

function WalletRow({ wallet, busy, run }: { wallet: Wallet } & Omit<PartProps, 'me'>) {
  const t = settingsWords();
  const [open, setOpen] = useState(false);
  const unlink = async () => {
    await unlinkWallet(wallet.id);
    if (connection.peek()?.raw === wallet.raw) await disconnectWallet(current().info, look());
    await refreshMe();
    refreshLedger();
    toast(t.unlinked);
  };
  const choose = async () => {
    await makeDefault(wallet.id);
    await refreshMe();
    refreshLedger();
  };
  return (
    <>
      <Row
        lead={<span class="row-icon"><Icon name="wallet" /></span>}
        title={<bdi dir="ltr">{shorten(wallet.address)}</bdi>}
        detail={wallet.version}
        trail={wallet.default ? <span class="pill">{t.default}</span> : <Chevron />}
        onPress={() => setOpen(!open)}
      />
      {open && (
        <div class="row-more">
          <p class="quiet">{t.unlinkAsk(shorten(wallet.address))}</p>
          <div class="button-pair">
            {!wallet.default && <Button kind="soft" action={{ label: t.makeDefault, run: () => void run(choose), busy }} />}
            <Button kind="danger" action={{ label: t.unlink, run: () => void run(unlink), busy }} />
          </div>
        </div>
      )}
    </>
  );
}

function Messages({ me, busy, run }: PartProps) {
  const t = settingsWords();
  const change = async (on: boolean) => {
    if (on && !me.can_message && telegram) await telegram.requestWriteAccess();
    await updateMe({ notifications: on });
    setMe(await getMe());
  };
  return (
    <Card>
      <Switch
        label={t.notifications} detail={me.can_message ? t.notificationsBody : t.cannotMessage}
        on={me.notifications && me.can_message} busy={busy} onChange={(on) => void run(() => change(on))}
      />
    </Card>
  );
}

function About({ info }: { info: Info }) {
  const t = settingsWords();
  const names = t.networkNames;
  const network = info.sandbox ? names.sandbox : info.network === '-239' ? names.main : names.test;
  return (
    <>
      {info.sandbox && (
        <Notice tone="info" title={t.sandboxTitle}>
          {t.sandboxBody}
        </Notice>
      )}
      <Section title={t.about}>
        <Row lead={<span class="row-icon"><Icon name="shield" /></span>} title={t.privacy} trail={<Chevron />} onPress={() => push({ name: 'privacy' })} />
        <Row lead={<span class="row-icon"><Icon name="key" /></span>} title={t.sessions} trail={<Chevron />} onPress={() => push({ name: 'sessions' })} />
        <Facts facts={[{ name: t.network, value: info.sandbox ? <SandboxPill /> : network }, { name: t.version, value: info.version }]} />
      </Section>
    </>
  );
}

function Forget({ busy, onForget }: { busy: boolean; onForget: () => void }) {
  const t = settingsWords();
  const [asking, setAsking] = useState(false);
  if (!asking) return <Button kind="danger" action={{ label: t.forget, run: () => setAsking(true) }} />;
  return (
    <section class="card stack" role="alertdialog" aria-label={t.forgetAsk}>
      <h2 class="place-title">{t.forgetAsk}</h2>
      <p class="quiet">{t.forgetBody}</p>
      <div class="button-pair">
        <Button kind="soft" action={{ label: t.keep, run: () => setAsking(false) }} />
        <Button kind="danger" action={{ label: t.forgetConfirm, run: onForget, busy }} />
      </div>
    </section>
  );
}

function Forgotten() {
  const t = settingsWords();
  return (
    <Screen title={t.forgotten} quietTitle primary={{ label: text.value.session.close, run: () => telegram?.close() }}>
      <Place icon="check" tone="good" title={t.forgotten}>
        {t.forgottenBody}
      </Place>
    </Screen>
  );
}
