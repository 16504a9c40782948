import type { ApiError } from "../api/ApiError";
import { useI18n } from "../i18n/context";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** What went wrong, in one sentence, with the number under which the logs have it. */
export function Fault({ error, onRetry, known = [] }: {
  readonly error: ApiError | undefined;
  readonly onRetry?: (() => void) | undefined;
  /** Fields whose faults stand beside them already. */
  readonly known?: readonly string[];
}) {
  const { t } = useI18n();
  if (error === undefined) return null;
  const text = error.status === 0 && error.code === "unreachable" ? t("fault.unreachable") : error.status === 412 ? t("fault.conflict") : error.message;
  const others = error.fields.filter((fault) => !known.some((field) => fault.field === field || fault.field.startsWith(`${field}[`)));
  return (
    <div className="notice notice--fault" role="alert">
      <Icon name="warning" />
      <div className="notice__text">
        <p>{text}</p>
        {others.length > 0 && <ul>{others.map((fault) => <li key={fault.field + fault.message}><code>{fault.field}</code>: {fault.message}</li>)}</ul>}
        {error.requestId !== "" && <p className="notice__small">{t("fault.request", { id: error.requestId })}</p>}
      </div>
      {onRetry !== undefined && <Button small onClick={onRetry}>{t("action.retry")}</Button>}
    </div>
  );
}
