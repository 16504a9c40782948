import { useEffect, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { RedeemedLink } from "../api/types";
import { Button } from "../components/Button";
import { CopyButton } from "../components/CopyButton";
import { Fault } from "../components/Fault";
import { Findings } from "../components/Findings";
import { Notice } from "../components/Notice";
import { QrCode } from "../components/QrCode";
import { useI18n } from "../i18n/context";
import { forQRCode } from "../lib/configFile";
import { saveText } from "../lib/save";
import { Gate } from "./Gate";

/** Fetches the configuration behind a one-time link. Its secret stands behind the `#`, which browsers send nowhere. */
export function LinkPage() {
  const { t } = useI18n();
  const [secret] = useState(() => decodeURIComponent(window.location.hash.slice(1)));
  const [file, setFile] = useState<RedeemedLink>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    // Not into the history, where the next one at this machine would find it.
    window.history.replaceState(null, "", "/link");
  }, []);
  const redeem = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setFile(await api.redeemLink(secret));
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  return (
    <Gate title={t("redeem.title")}>
      <div className="stack">
        <Fault error={error} />
        {file === undefined ? (
          secret === "" ? <Notice tone="warning"><p>{t("redeem.none")}</p></Notice> : <>
            <p>{t("redeem.text")}</p>
            <Button kind="primary" busy={busy} className="button--wide" onClick={() => void redeem()}>{t("redeem.verb")}</Button>
          </>
        ) : <>
          <Notice tone="warning"><p>{t("secret.once")}</p></Notice>
          <div className="config__qr"><QrCode text={forQRCode(file.configuration)} label={t("redeem.title")} /></div>
          <p className="field__hint">{t("config.scan")}</p>
          <div className="row-actions"><Button kind="primary" icon="download" onClick={() => saveText(file.file_name, file.configuration)}>{t("config.download")}</Button><CopyButton text={() => file.configuration} label={t("config.copy")} /></div>
          <Findings findings={file.findings} />
        </>}
      </div>
    </Gate>
  );
}
