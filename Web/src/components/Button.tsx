import type { ButtonHTMLAttributes } from "react";
import { forwardRef } from "react";
import type { IconName } from "./Icon";
import { Icon } from "./Icon";

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type"> {
  readonly kind?: "primary" | "plain" | "danger" | "quiet" | undefined;
  readonly icon?: IconName | undefined;
  /** The button is at work: it says so and takes no second press. */
  readonly busy?: boolean | undefined;
  readonly submit?: boolean | undefined;
  readonly small?: boolean | undefined;
}

export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
  { kind = "plain", icon, busy = false, submit = false, small = false, children, className = "", onClick, ...rest }, ref,
) {
  const shape = children === undefined ? " button--icon" : "";
  return (
    <button
      ref={ref}
      type={submit ? "submit" : "button"}
      className={`button button--${kind}${shape}${small ? " button--small" : ""} ${className}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      // A disabled button would lose the focus; this one keeps it and does nothing.
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} size={small ? 16 : 18} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
});
