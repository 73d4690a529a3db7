const zones = new Map(
  Intl.supportedValuesOf("timeZone").map((zone) => [(zone.split("/").at(-1) ?? zone).toLowerCase(), zone]),
);

// Cities people ask for that IANA has no zone of.
const otherCities: Readonly<Record<string, string>> = {
  "san francisco": "America/Los_Angeles",
  seattle: "America/Los_Angeles",
  boston: "America/New_York",
  munich: "Europe/Berlin",
  beijing: "Asia/Shanghai",
  mumbai: "Asia/Kolkata",
  delhi: "Asia/Kolkata",
  utc: "UTC",
  gmt: "UTC",
};

/** The IANA zone of a city or zone name as a person writes it; what is unknown comes back as written. */
export function toTimeZone(place: string): string {
  const key = place.toLowerCase();
  if (place.includes("/")) return place;
  return otherCities[key] ?? zones.get(key.replaceAll(" ", "_")) ?? place;
}
