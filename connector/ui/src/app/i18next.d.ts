import "i18next";
import type agreements from "../pages/agreements/locale.en.json";
import type catalog from "../pages/catalog/locale.en.json";
import type home from "../pages/home/locale.en.json";
import type negotiations from "../pages/negotiations/locale.en.json";
import type operations from "../pages/operations/locale.en.json";
import type partners from "../pages/partners/locale.en.json";
import type people from "../pages/people/locale.en.json";
import type publish from "../pages/publish/locale.en.json";
import type transfers from "../pages/transfers/locale.en.json";
import type app from "./locale.en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    resources: {
      app: typeof app;
      home: typeof home;
      catalog: typeof catalog;
      negotiations: typeof negotiations;
      agreements: typeof agreements;
      transfers: typeof transfers;
      publish: typeof publish;
      partners: typeof partners;
      operations: typeof operations;
      people: typeof people;
    };
  }
}
