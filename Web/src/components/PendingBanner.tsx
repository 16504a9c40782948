import { useState } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import { useMay, useNow, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** The change that is undone by itself unless somebody confirms it. */
export function PendingBanner() {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const mayWrite = useMay("operator");
  const { data, reload } = useQuery("pending", () => api.pendingChange());
  const now = useNow(1);
  const [busy, setBusy] = useState(false);
  if (data?.confirm_by === undefined || data.confirm_by < now - 2) return null;
  const settle = async (action: "confirm" | "undo") => {
    setBusy(true);
    try {
      await api.settlePending(action);
      store.toasts.add("done", t(action === "confirm" ? "pending.kept" : "pending.undone"));
    } catch (caught) {
      store.toasts.add("fault", asApiError(caught).message);
    }
    setBusy(false);
    reload();
  };
  return (
    <div className="pending" role="alert">
      <Icon name="warning" />
      <p><span className="strong">{t("pending.title", { time: i18n.duration(Math.max(0, Math.round(data.confirm_by - now))) })}</span> {data.description}</p>
      {mayWrite && <div className="row-actions"><Button small kind="primary" busy={busy} onClick={() => void settle("confirm")}>{t("pending.keep")}</Button><Button small busy={busy} onClick={() => void settle("undo")}>{t("pending.undo")}</Button></div>}
    </div>
  );
}
