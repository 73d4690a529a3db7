import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { getAccountTool, getOrderTool, listOrdersTool } from "./order-tools.ts";
import { getProfileTool, updatePreferencesTool } from "./profile-tools.ts";
import { createProfiles } from "./profiles.ts";
import { requestRefundTool } from "./request-refund.ts";

/** The tools of a support desk, beside tickets: accounts, orders, refunds, and what people like. */
export function createSupportTools({ data }: { data: TenantData }): readonly Tool[] {
  const profiles = createProfiles(data);
  return [
    getAccountTool(data),
    getOrderTool(data),
    listOrdersTool(data),
    requestRefundTool(data),
    getProfileTool(profiles),
    updatePreferencesTool(profiles),
  ];
}

/** What a company has that is no such desk: its people's preferences, where there is a place to keep them. */
export function rememberTools(people: TenantData | undefined): readonly Tool[] {
  return people === undefined ? [] : [updatePreferencesTool(createProfiles(people))];
}
