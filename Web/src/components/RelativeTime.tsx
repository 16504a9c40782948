import { useNow } from "../data/context";
import { useI18n } from "../i18n/context";

/** `2 min ago`, exact on hover; `0` or nothing is never. */
export function RelativeTime({ time, never }: { readonly time: number | undefined; readonly never?: string }) {
  const i18n = useI18n();
  const now = useNow(10);
  if (time === undefined || time === 0) return <span className="muted">{never ?? i18n.t("time.never")}</span>;
  return <time dateTime={new Date(time * 1000).toISOString()} title={i18n.exactDate(time)}>{i18n.ago(time, now)}</time>;
}
