import { useState } from "react";
import { useI18n } from "../i18n/context";
import { copyText } from "../lib/clipboard";
import { Button } from "./Button";

export function CopyButton({ text, label, small = false }: { readonly text: () => string; readonly label?: string; readonly small?: boolean }) {
  const { t } = useI18n();
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  const words = state === "done" ? t("action.copied") : state === "failed" ? t("action.copyFailed") : label ?? t("action.copy");
  const copy = async () => {
    setState((await copyText(text())) ? "done" : "failed");
    setTimeout(() => setState("idle"), 2000);
  };
  return (
    <Button small={small} kind={small ? "quiet" : "plain"} icon={state === "done" ? "check" : "copy"} aria-label={small ? words : undefined} onClick={() => void copy()}>
      {small ? undefined : words}
    </Button>
  );
}
