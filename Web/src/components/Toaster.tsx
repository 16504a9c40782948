import { useObservable, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** Short news in a corner, read out as it comes. */
export function Toaster() {
  const { toasts } = useStore();
  const { t } = useI18n();
  const list = useObservable(toasts.list);
  return (
    <div className="toaster" role="status" aria-live="polite">
      {list.map((toast) => (
        <div key={toast.id} className={`toast toast--${toast.kind}`}>
          <Icon name={toast.kind === "done" ? "check" : toast.kind === "fault" ? "warning" : "info"} />
          <span>{toast.text}</span>
          <Button kind="quiet" small icon="close" aria-label={t("action.dismiss")} onClick={() => toasts.dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
