import { useI18n } from "../i18n/context";

/** Grey bars in the shape of what is on its way. */
export function Skeleton({ rows = 4 }: { readonly rows?: number }) {
  const { t } = useI18n();
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t("state.loading")}</span>
      {Array.from({ length: rows }, (_, index) => <div key={index} className="skeleton__bar" aria-hidden="true" />)}
    </div>
  );
}
