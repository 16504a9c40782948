import { useEffect, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Peer, PeerConfiguration } from "../api/types";
import { Button } from "../components/Button";
import { CopyButton } from "../components/CopyButton";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { Findings } from "../components/Findings";
import { Notice } from "../components/Notice";
import { QrCode } from "../components/QrCode";
import { Skeleton } from "../components/Skeleton";
import { useObservable, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { forQRCode, holdsPrivateKey, masked, withPrivateKey } from "../lib/configFile";
import { saveText } from "../lib/save";

interface Props {
  readonly peer: Peer;
  /** What was answered when the keys were made; absent asks for it. */
  readonly configuration?: PeerConfiguration | undefined;
  /** The private half, where this browser made the pair. It lives in this dialog and is sent nowhere. */
  readonly privateKey?: string | undefined;
  readonly isNew?: boolean;
  readonly onClose: () => void;
}

/** A peer's configuration: the QR code at once, the file, the text. */
export function PeerConfigModal({ peer, configuration, privateKey, isNew = false, onClose }: Props) {
  const { t } = useI18n();
  const store = useStore();
  const [given, setGiven] = useState<PeerConfiguration | undefined>(configuration);
  const [error, setError] = useState<ApiError>();
  const [revealed, setRevealed] = useState(false);
  const [taken, setTaken] = useState(false);
  // Nobody can fetch these again.
  const fleeting = privateKey !== undefined || peer.custody === "once";

  const load = () => {
    setError(undefined);
    api.peerConfig(peer).then(
      (answer) => {
        setGiven(answer);
        store.noteFindings(peer.id, answer.findings);
        store.merge({ peers: [{ ...peer, config_stale: false, config_fetched_at: Math.floor(Date.now() / 1000) }] });
      },
      (caught) => setError(asApiError(caught)),
    );
  };
  useEffect(() => {
    if (given === undefined) load();
  }, []);

  const text = given === undefined ? undefined : privateKey === undefined ? given.text : withPrivateKey(given.text, privateKey);
  const whole = text !== undefined && holdsPrivateKey(text);
  const findings = (useObservable(store.findings).get(peer.id) ?? []).filter((finding) => !(whole && finding.code === "private_key_not_held"));

  return (
    <Dialog
      title={isNew ? t("config.titleNew", { name: peer.name }) : t("config.title", { name: peer.name })} wide onClose={onClose}
      mayClose={() => !fleeting || taken || !whole || window.confirm(t("config.leave"))}
      actions={text !== undefined && <>
        <CopyButton text={() => { setTaken(true); return text; }} label={t("config.copy")} />
        <Button kind="primary" icon="download" data-autofocus onClick={() => { setTaken(true); saveText(given?.fileName ?? "peer.conf", text); }}>{t("config.download")}</Button>
      </>}
    >
      <div className="stack">
        <Fault error={error} onRetry={load} />
        {fleeting && whole && <Notice tone="warning"><p>{privateKey === undefined ? t("config.once") : t("config.client")}</p></Notice>}
        {text === undefined ? error === undefined && <Skeleton rows={5} /> : (
          <div className="config">
            <div className="config__qr">
              {whole ? <QrCode text={forQRCode(text)} label={t("config.qr", { name: peer.name })} /> : <Notice><p>{t("config.noKey")}</p></Notice>}
              {whole && <p className="field__hint">{t("config.scan")}</p>}
            </div>
            <div className="config__file">
              <div className="config__bar">
                <code>{given?.fileName}</code>
                <Button small kind="quiet" icon="eye" aria-pressed={revealed} onClick={() => setRevealed(!revealed)}>{revealed ? t("config.hide") : t("config.show")}</Button>
              </div>
              <pre className="code" tabIndex={0} aria-label={t("config.text")}>{revealed ? text : masked(text)}</pre>
            </div>
          </div>
        )}
        <Findings findings={findings} />
      </div>
    </Dialog>
  );
}
