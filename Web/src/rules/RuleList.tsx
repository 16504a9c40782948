import { useState } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { Rule } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { EmptyState } from "../components/EmptyState";
import { Fault } from "../components/Fault";
import { Menu } from "../components/Menu";
import { Skeleton } from "../components/Skeleton";
import { useMay, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { RuleForm } from "./RuleForm";
import type { RuleOwner } from "./RuleOwner";
import { ownerOf, ownerText } from "./RuleOwner";

/** Access rules, list by list, in the order in which they are asked. */
export function RuleList({ owner }: { readonly owner?: RuleOwner }) {
  const { t } = useI18n();
  const store = useStore();
  const mayWrite = useMay("operator");
  const query = owner === undefined ? {} : { [owner.kind]: owner.name };
  const { data, error, reload } = useQuery(`rules/${JSON.stringify(query)}`, () => api.rules(query));
  const [editing, setEditing] = useState<Rule | "new">();
  const [removing, setRemoving] = useState<Rule>();

  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (caught) {
      store.toasts.add("fault", asApiError(caught).message);
    }
    store.queries.invalidate("rules");
  };
  if (error !== undefined) return <Fault error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton rows={3} />;

  const groups = new Map<string, Rule[]>();
  for (const rule of data) {
    const name = ownerText(ownerOf(rule), t);
    groups.set(name, [...(groups.get(name) ?? []), rule]);
  }
  return (
    <div className="stack">
      {mayWrite && data.length > 0 && <div><Button small icon="plus" onClick={() => setEditing("new")}>{t("rule.new")}</Button></div>}
      {data.length === 0 && (
        <EmptyState icon="rule" title={t("rules.empty.title")} action={mayWrite && <Button kind="primary" icon="plus" onClick={() => setEditing("new")}>{t("rule.new")}</Button>}>
          <p>{t("rules.empty.text")}</p>
        </EmptyState>
      )}
      {[...groups].map(([name, rules]) => (
        <section key={name} className="rules">
          <h3 className="rules__owner"><bdi>{name}</bdi></h3>
          <ol className="rules__list">
            {rules.map((rule) => (
              <li key={rule.id} className={`rule${rule.enabled ? "" : " rule--off"}`}>
                <span className="rule__position">{rule.position}</span>
                <Badge tone={rule.action === "allow" ? "good" : "fault"}>{t(`rule.${rule.action}`)}</Badge>
                <span className="rule__what">
                  <bdi className="mono">{rule.destination === "any" ? t("rule.any") : rule.destination}</bdi>
                  {rule.protocol !== "any" && <span className="muted"> {rule.protocol}{rule.ports.length > 0 ? ` ${rule.ports.join(", ")}` : ""}</span>}
                  {rule.comment !== "" && <span className="rule__comment">{rule.comment}</span>}
                </span>
                {!rule.enabled && <Badge>{t("form.off")}</Badge>}
                {mayWrite && (
                  <Menu
                    label={t("rule.actions", { position: rule.position })}
                    items={[
                      { label: t("action.edit"), icon: "edit", act: () => setEditing(rule) },
                      ...(rule.position > 1 ? [{ label: t("rule.up"), icon: "up", act: () => void attempt(() => api.updateRule(rule.id, { position: rule.position - 1 })) } as const] : []),
                      ...(rule.position < rules.length ? [{ label: t("rule.down"), icon: "down", act: () => void attempt(() => api.updateRule(rule.id, { position: rule.position + 1 })) } as const] : []),
                      { label: t(rule.enabled ? "action.disable" : "action.enable"), icon: "power", act: () => void attempt(() => api.updateRule(rule.id, { enabled: !rule.enabled })) },
                      { label: t("action.delete"), icon: "trash", danger: true, act: () => setRemoving(rule) },
                    ]}
                  />
                )}
              </li>
            ))}
          </ol>
        </section>
      ))}
      {editing !== undefined && <RuleForm {...(editing === "new" ? {} : { rule: editing })} {...(owner === undefined ? {} : { owner })} onClose={() => setEditing(undefined)} />}
      {removing !== undefined && (
        <ConfirmDialog
          title={t("rule.delete.title")} verb={t("action.delete")} onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await api.deleteRule(removing.id);
            store.queries.invalidate("rules");
          }}
        ><p>{t("rule.delete.text")}</p></ConfirmDialog>
      )}
    </div>
  );
}
