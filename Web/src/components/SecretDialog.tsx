import { useState } from "react";
import { useI18n } from "../i18n/context";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import { Dialog } from "./Dialog";
import { Notice } from "./Notice";

/** Something secret that is told this once. */
export function SecretDialog({ title, secret, onClose }: { readonly title: string; readonly secret: string; readonly onClose: () => void }) {
  const { t } = useI18n();
  const [taken, setTaken] = useState(false);
  return (
    <Dialog
      title={title} onClose={onClose} mayClose={() => taken || window.confirm(t("secret.leave"))}
      actions={<><CopyButton text={() => { setTaken(true); return secret; }} /><Button kind="primary" onClick={() => { setTaken(true); onClose(); }}>{t("action.done")}</Button></>}
    >
      <div className="stack">
        <Notice tone="warning"><p>{t("secret.once")}</p></Notice>
        <pre className="code wrap" tabIndex={0} data-autofocus>{secret}</pre>
      </div>
    </Dialog>
  );
}
