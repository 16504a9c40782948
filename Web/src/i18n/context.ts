import { createContext, useContext } from "react";
import { I18n } from "./i18n";

export const I18nContext = createContext(new I18n("en"));

export function useI18n(): I18n {
  return useContext(I18nContext);
}
