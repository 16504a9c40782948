import { useState } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { AuditEntry } from "../api/types";
import { useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { Badge } from "./Badge";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";
import { Fault } from "./Fault";
import { RelativeTime } from "./RelativeTime";
import { Skeleton } from "./Skeleton";

export interface AuditFilter {
  readonly target?: string;
  readonly actor?: string;
  readonly text?: string;
  readonly result?: string;
}

/** Entries of the audit log, newest first, a page after the other. */
export function AuditList({ limit = 50, compact = false, ...filter }: AuditFilter & { readonly limit?: number; readonly compact?: boolean }) {
  const { t } = useI18n();
  const store = useStore();
  const key = `audit/${JSON.stringify([filter, limit])}`;
  const first = useQuery(key, () => api.audit({ ...filter, limit }));
  const [more, setMore] = useState<{ readonly key: string; readonly entries: readonly AuditEntry[]; readonly cursor: number | undefined }>();
  const [busy, setBusy] = useState(false);
  const later = more?.key === key ? more : undefined;
  const entries = [...(first.data?.entries ?? []), ...(later?.entries ?? [])];
  const cursor = later === undefined ? first.data?.next_cursor : later.cursor;

  const loadMore = async () => {
    setBusy(true);
    try {
      const page = await api.audit({ ...filter, limit, ...(cursor === undefined ? {} : { cursor }) });
      setMore({ key, entries: [...(later?.entries ?? []), ...page.entries], cursor: page.next_cursor });
    } catch (error) {
      store.toasts.add("fault", asApiError(error).message);
    }
    setBusy(false);
  };

  if (first.error !== undefined) return <Fault error={first.error} onRetry={first.reload} />;
  if (first.data === undefined) return <Skeleton rows={5} />;
  if (entries.length === 0 && cursor === undefined) return compact ? <p className="muted card__note">{t("audit.empty")}</p> : <EmptyState icon="log" title={t("audit.empty")} />;
  return (
    <>
      <ol className="audit">
        {entries.map((entry) => (
          <li key={entry.sequence} className="audit__entry">
            <details>
              <summary>
                <span className="audit__what">
                  <span className="audit__method">{entry.method.replace(/^wgpilot\.v1\./, "")}</span>
                  {entry.target !== "" && <bdi className="audit__target">{entry.target}</bdi>}
                  {entry.result !== "OK" && <Badge tone="fault">{entry.reason || entry.result}</Badge>}
                  {entry.count > 1 && <Badge>×{entry.count}</Badge>}
                </span>
                <span className="audit__who"><bdi>{entry.actor}</bdi> · <RelativeTime time={entry.time} /></span>
              </summary>
              <div className="audit__details">
                {entry.changes.map((change, index) => (
                  <div key={index}>
                    <p><Badge tone={change.action === "deleted" ? "fault" : change.action === "created" ? "good" : "accent"}>{t(`audit.${change.action}`)}</Badge> {change.kind} <bdi>{change.name}</bdi></p>
                    {change.fields.length > 0 && (
                      <table className="table table--small">
                        <thead><tr><th scope="col">{t("audit.field")}</th><th scope="col">{t("audit.before")}</th><th scope="col">{t("audit.after")}</th></tr></thead>
                        <tbody>{change.fields.map((field) => <tr key={field.field}><th scope="row">{field.field}</th><td className="wrap">{field.before ?? "–"}</td><td className="wrap">{field.after ?? "–"}</td></tr>)}</tbody>
                      </table>
                    )}
                  </div>
                ))}
                {entry.omitted_changes > 0 && <p>{t("audit.omitted", { count: entry.omitted_changes })}</p>}
                <p className="audit__meta">#{entry.sequence} · {t("audit.origin", { origin: entry.origin })} · {entry.request_id} · <code title={entry.hash}>{entry.hash.slice(0, 16)}…</code></p>
              </div>
            </details>
          </li>
        ))}
      </ol>
      {cursor !== undefined && <div className="more"><Button busy={busy} onClick={() => void loadMore()}>{t("action.more")}</Button></div>}
    </>
  );
}
