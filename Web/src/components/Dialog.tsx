import type { ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { useI18n } from "../i18n/context";
import { Button } from "./Button";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean | undefined;
  /** What is at the foot, mostly buttons. */
  readonly actions?: ReactNode;
  /** Asked before the dialog closes by Escape, its cross or the backdrop; false keeps it. */
  readonly mayClose?: (() => boolean) | undefined;
}

/** A modal dialog: the browser's own, which keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, children, wide = false, actions, mayClose }: Props) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    const opener = document.activeElement;
    if (!element.open) element.showModal();
    const first = element.querySelector<HTMLElement>("[data-autofocus], .dialog__body :is(input, select, textarea)");
    (first ?? element.querySelector<HTMLElement>(".dialog__title"))?.focus();
    return () => {
      element.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  const close = () => {
    if (mayClose?.() ?? true) onClose();
  };

  return (
    <dialog
      ref={dialog}
      className={`dialog${wide ? " dialog--wide" : ""}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="dialog__box">
        <header className="dialog__head">
          <h2 id={heading} className="dialog__title" tabIndex={-1}>{title}</h2>
          <Button kind="quiet" icon="close" aria-label={t("action.close")} onClick={close} />
        </header>
        <div className="dialog__body">{children}</div>
        {actions !== undefined && <footer className="dialog__foot">{actions}</footer>}
      </div>
    </dialog>
  );
}
