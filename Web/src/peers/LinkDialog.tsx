import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Network, Peer } from "../api/types";
import { Button } from "../components/Button";
import { CopyButton } from "../components/CopyButton";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { QrCode } from "../components/QrCode";
import { SelectField } from "../components/SelectField";
import { useI18n } from "../i18n/context";

const LIFETIMES = ["900", "3600", "86400", "604800"] as const;

/** Makes a link by which somebody without an account fetches the configuration, once. */
export function LinkDialog({ network, peer, onClose }: { readonly network: Network; readonly peer: Peer; readonly onClose: () => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const [lifetime, setLifetime] = useState<typeof LIFETIMES[number]>("3600");
  const [url, setURL] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const secret = await api.createLink(network.id, peer.id, Number(lifetime));
      setURL(`${window.location.origin}/link#${secret}`);
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  return (
    <Dialog
      title={t("link.title", { name: peer.name })} onClose={onClose}
      actions={url === undefined ? <>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={busy} onClick={() => void make()}>{t("link.make")}</Button>
      </> : <CopyButton text={() => url} label={t("link.copy")} />}
    >
      <div className="stack">
        <Fault error={error} />
        <p>{t("link.text")}</p>
        {url === undefined ? (
          <SelectField label={t("link.lifetime")} value={lifetime} onChange={setLifetime} options={LIFETIMES.map((value) => ({ value, label: i18n.duration(Number(value)) }))} />
        ) : (
          <>
            <Notice tone="warning"><p>{t("secret.once")}</p></Notice>
            <pre className="code wrap" tabIndex={0}>{url}</pre>
            <div className="config__qr"><QrCode text={url} label={t("link.title", { name: peer.name })} /></div>
          </>
        )}
      </div>
    </Dialog>
  );
}
