import type { ReactNode } from "react";
import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { useI18n } from "../i18n/context";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Fault } from "./Fault";
import { TextField } from "./TextField";

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ title, children, verb, onConfirm, onClose, danger = true, typed }: {
  readonly title: string;
  readonly children: ReactNode;
  readonly verb: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  readonly danger?: boolean;
  /** What has to be typed first, for what takes much with it. */
  readonly typed?: string;
}) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [text, setText] = useState("");
  const [error, setError] = useState<ApiError>();
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title} onClose={onClose}
      actions={<>
        <Button onClick={onClose} {...(typed === undefined ? { "data-autofocus": true } : {})}>{t("action.cancel")}</Button>
        <Button kind={danger ? "danger" : "primary"} busy={busy} disabled={typed !== undefined && text !== typed} onClick={() => void confirm()}>{verb}</Button>
      </>}
    >
      <div className="stack">
        {children}
        {typed !== undefined && <TextField label={t("confirm.type", { name: typed })} value={text} onChange={setText} />}
        <Fault error={error} />
      </div>
    </Dialog>
  );
}
