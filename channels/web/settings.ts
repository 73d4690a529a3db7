/** A web site visitors may talk to us from. */
export interface WebSite {
  /** Stands in the page and is no secret. */
  readonly key: string;
  readonly name: string;
  /** Where the page may come from: `https://www.example.com`, or `self` for the pages Baton serves itself. */
  readonly origins: readonly string[];
  /** Signs the tokens by which the site says who a visitor is; undefined where all are anonymous. */
  readonly userTokenSecret: string | undefined;
  /** Whether programs that are no browsers, and so name no origin, may open live connections. */
  readonly allowApps: boolean;
}

/** Everything an operator decides about the web channel. */
export interface WebSettings {
  readonly sites: readonly WebSite[];
}

/** The site of a Baton that was given none: only its own page on this machine. */
export const localSite: WebSite = {
  key: "local",
  name: "This machine",
  origins: ["self"],
  userTokenSecret: undefined,
  allowApps: false,
};
