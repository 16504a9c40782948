import { useObservable, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

/** Whether what is shown is what is: live, on its way, or from before the connection was lost. */
export function LiveMark() {
  const { feed } = useStore();
  const { t } = useI18n();
  const state = useObservable(feed.state);
  return (
    <span className={`live live--${state}`} role="status">
      <span className="live__dot" aria-hidden="true" />
      <span>{t(`live.${state}`)}</span>
    </span>
  );
}
